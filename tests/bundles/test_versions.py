"""Other libraries than the bundle was made with."""

import warnings
from importlib.metadata import version
from pathlib import Path

import pytest

from ser_tasks.bundles.card import BundleError, Card, read_card
from ser_tasks.bundles.model_bundle import check_versions

HERE = Path("small")


@pytest.fixture
def card(bundle_folder) -> Card:
    return read_card(bundle_folder)


def made_with(card: Card, **versions: str) -> Card:
    named = {name.replace("_", "-"): number for name, number in versions.items()}
    return card.model_copy(update={"versions": card.versions | named})


def test_the_versions_here_are_fine(card):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        check_versions(card, HERE)


def test_another_major_version_of_the_reader_of_the_weights_is_refused(card):
    with pytest.raises(BundleError, match=r"made with scikit-learn 0.9.*Install scikit-learn==0.9, or make"):
        check_versions(made_with(card, scikit_learn="0.9"), HERE)


def test_another_minor_version_of_it_is_warned_of_and_so_is_another_major_one_of_the_rest(card):
    major = version("scikit-learn").split(".")[0]
    with pytest.warns(UserWarning, match=rf"numpy 1.20.*scikit-learn {major}.999.*Predictions may differ"):
        check_versions(made_with(card, scikit_learn=f"{major}.999", numpy="1.20"), HERE)
    with pytest.warns(UserWarning, match=r"swept 1.0 \(here none\)"):
        check_versions(made_with(card, swept="1.0"), HERE)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        check_versions(made_with(card, numpy=f"{version('numpy').split('.')[0]}.999"), HERE)
