"""A bundle that is ready: loaded, and asked once, so that the first person does not wait."""

from pathlib import Path

import numpy as np

from ser_tasks.audio.recording import Recording
from ser_tasks.bundles.bundle import Bundle, load_bundle
from ser_tasks.bundles.inference.prediction import recognise

WARM_UP = 1.0  # s
LEVEL = 0.1  # of full scale


def ready_bundle(folder: Path) -> Bundle:
    """The bundle of a folder, after a second of noise.

    Raises:
        UserError: it cannot be loaded
    """
    bundle = load_bundle(folder)
    rate = bundle.card.sampling_rate
    noise = LEVEL * np.random.default_rng(0).standard_normal((round(WARM_UP * rate), 1))
    recognise(bundle, Recording(np.asarray(noise, np.float32), rate))
    return bundle
