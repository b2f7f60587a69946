"""Speech-like sound and the settings of features, as the tests of features have them."""

from tests.features.conftest import make_speech, params, speech

__all__ = ["make_speech", "params", "speech"]
