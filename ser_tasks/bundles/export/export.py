"""A bundle as one file, written only if its predictions are those of the bundle; and how long one takes."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from time import process_time
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from ser_tasks.atomic import atomic_path
from ser_tasks.bundles.export.exportable import check_exportable
from ser_tasks.bundles.export.file_formats import FileFormat, Weights, file_format
from ser_tasks.bundles.keras_network import keras_network
from ser_tasks.errors import UserError
from ser_tasks.keras_backend import silence

if TYPE_CHECKING:
    from ser_tasks.bundles.export.file_formats import Answering
    from ser_tasks.bundles.model_bundle import ModelBundle

WARM_UP = 3  # the first calls compile, and ask for memory

TOLERANCE = 1e-4  # of a probability, of files with float32 weights


def latency(predict: Answering, signal: NDArray[np.float32], *, times: int) -> float:
    """Median processor time of a prediction, in s: on a free core what one waits, whatever else the machine does.

    Args:
        predict: a recogniser
        signal: shape (n_samples,)
        times: to be run after warming up
    """
    for _ in range(WARM_UP):
        predict(signal)
    taken = np.empty(times)
    for turn in range(times):
        began = process_time()
        predict(signal)
        taken[turn] = process_time() - began
    return float(np.median(taken))


class Agreement(NamedTuple):
    """Of a file and its bundle, on some clips."""

    n_clips: int
    difference: float  # the largest of any probability
    same_class: float  # share of the clips


def export_bundle(
    bundle: ModelBundle, file: Path, *, weights: Weights, signals: Sequence[NDArray[np.float32]]
) -> Agreement:
    """How far the predictions of the written file are from those of the bundle.

    Args:
        bundle: of a network on features that a file can compute
        file: its ending names the format; replaced if it is there, left alone if anything goes wrong
        weights: how those of the network are stored
        signals: to compare on, mono, at the bundle's sampling rate; at least one

    Raises:
        UserError: the bundle cannot be exported so, or, with float32 weights, a probability differs by more than
            TOLERANCE
    """
    form = file_format(file, weights)
    check_exportable(bundle.card.model)
    with atomic_path(file) as temporary:
        theirs = _converted(bundle, temporary, form, weights, signals)
        agreement = agreement_of(bundle.posteriors(signals), theirs)
        if weights == "float32" and not agreement.difference <= TOLERANCE:
            raise UserError(
                f"{file}: not written, because a probability differs by {agreement.difference:.2g} from the bundle's "
                f"on one of {len(signals)} clips, expected at most {TOLERANCE:g}. A network trained in mixed "
                "precision differs so: train it in float32. Otherwise export to the other format, and report this."
            )
    return agreement


def _converted(
    bundle: ModelBundle, file: Path, form: FileFormat, weights: Weights, signals: Sequence[NDArray[np.float32]]
) -> NDArray[np.floating]:
    """Probabilities of the written file, shape (n_signals, n_classes)."""
    recognise = _graph(bundle)
    try:
        with silence():
            file.write_bytes(form.write(recognise, bundle.card, weights))
            run = form.run(file)
            return np.array([run(signal) for signal in signals])
    except UserError:
        raise
    except Exception as error:  # converters and runtimes raise whatever their parts raise
        raise UserError(
            f"{file.name}: not written, because {bundle.card.model} cannot be converted for {form.runtime}: "
            f"{type(error).__name__}: {str(error)[:300]}. Export to the other format, and report this."
        ) from error


def agreement_of(ours: NDArray[np.floating], theirs: NDArray[np.floating]) -> Agreement:
    """Agreement of two arrays of posteriors, shape (n_clips, n_classes)."""
    same = float(np.mean(ours.argmax(axis=1) == theirs.argmax(axis=1)))
    return Agreement(len(ours), float(np.abs(ours - theirs).max()), same)


def _graph(bundle: ModelBundle) -> Any:
    from ser_tasks.bundles.export.graph import whole_recogniser  # noqa: PLC0415  with TensorFlow

    card, sections, network = bundle.card, bundle.sections, keras_network(bundle)
    return whole_recogniser(network, temperature=card.temperature, feature_set=card.feature_set, sections=sections)
