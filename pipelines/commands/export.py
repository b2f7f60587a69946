"""`ser export`: the file, how far it agrees with its bundle, and its size and latency."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from pipelines import paths
from pipelines.commands.bundles import find_bundle
from pipelines.display.tables import CONSOLE, show_rows
from ser_tasks.audio.decode import read_mono
from ser_tasks.audio.recording_files import SUFFIXES
from ser_tasks.errors import UserError

if TYPE_CHECKING:
    from ser_tasks.bundles.export.export import Agreement
    from ser_tasks.bundles.export.file_formats import Weights
    from ser_tasks.bundles.model_bundle import ModelBundle

N_CLIPS = 50  # to compare on, of all lengths
LATENCY_CLIP = 3  # s
TIMES = 50
ONE_CORE = {"TF_NUM_INTRAOP_THREADS": "1", "TF_NUM_INTEROP_THREADS": "1"}
TENSORFLOW = {"KERAS_BACKEND": "tensorflow", "TF_CPP_MIN_LOG_LEVEL": "3", **ONE_CORE}


def export(bundle: str, file: Path, *, weights: Weights, clips: Path | None) -> None:
    """Write the file, and print a table.

    Raises:
        UserError: no such bundle, one that cannot be exported, no clips, or predictions that differ
    """
    os.environ.update(TENSORFLOW)
    from ser_tasks.bundles.bundle import load_bundle, single  # noqa: PLC0415  after the environment is set
    from ser_tasks.bundles.export.export import export_bundle  # noqa: PLC0415
    from ser_tasks.bundles.export.exportable import check_exportable, is_exportable  # noqa: PLC0415
    from ser_tasks.bundles.export.file_formats import file_format  # noqa: PLC0415

    form = file_format(file, weights)
    loaded = single(load_bundle(find_bundle(bundle)), wanted="an exported file", fits=is_exportable)
    check_exportable(loaded.card.model)
    signals = clips_of(clips or paths.corpus_root(loaded.card.corpus), loaded.card.sampling_rate)
    agreement = export_bundle(loaded, file, weights=weights, signals=signals)
    show_rows(_rows(loaded, file, form, agreement, signals[-1]), title=f"{loaded.card.name}, {weights}")
    CONSOLE.print(
        f"Compared on {agreement.n_clips} clips, {_seconds(signals[0], loaded)} to {_seconds(signals[-1], loaded)} s. "
        f"Time: of one core, median of {TIMES} predictions for {LATENCY_CLIP} s of sound. In: mono float32 at "
        f"{loaded.card.sampling_rate} Hz, any length. Out: {', '.join(loaded.classes)}."
    )


def clips_of(folder: Path, sampling_rate: int) -> list[NDArray[np.float32]]:
    """Some of a folder's recordings, evenly over the sizes of its files, the shortest signal first.

    Raises:
        UserError: there are none
    """
    files = [path for path in folder.rglob("*") if path.suffix.lower() in SUFFIXES] if folder.is_dir() else []
    if not files:
        raise UserError(
            f"{folder}: no recordings here to compare the file with its bundle on. "
            "Name a folder that has some: --clips FOLDER"
        )
    files.sort(key=lambda path: (path.stat().st_size, path))
    chosen = [files[place] for place in np.unique(np.linspace(0, len(files) - 1, N_CLIPS).round().astype(int))]
    return sorted((read_mono(path, sampling_rate=sampling_rate) for path in chosen), key=len)


def _rows(
    bundle: ModelBundle, file: Path, form: Any, agreement: Agreement, signal: NDArray[np.float32]
) -> list[dict[str, str]]:
    """Rows of the table: the bundle on Keras, and the file."""
    from ser_tasks.bundles.export.export import latency  # noqa: PLC0415

    clip = np.resize(signal, LATENCY_CLIP * bundle.card.sampling_rate)
    size = sum(path.stat().st_size for path in bundle.folder.iterdir())
    own = latency(lambda one: bundle.posteriors([one])[0], clip, times=TIMES)
    exported = latency(form.run(file), clip, times=TIMES)
    same = {"difference": f"{agreement.difference:.1e}", "same class": f"{100 * agreement.same_class:.0f} %"}
    return [
        _row(f"bundle, {_runtime(bundle)}", size, own, {"difference": "", "same class": ""}),
        _row(f"{file.name}, {form.runtime}", file.stat().st_size, exported, same),
    ]


def _runtime(bundle: ModelBundle) -> str:
    from ser_tasks.bundles.onnx_network.runtime import on_onnx_runtime  # noqa: PLC0415

    return "ONNX Runtime" if on_onnx_runtime(bundle.card) else "Keras"


def _row(runs: str, size: int, seconds: float, same: Mapping[str, str]) -> dict[str, str]:
    return {"runs": runs, "kB": f"{size / 1e3:.0f}", "ms": f"{1e3 * seconds:.1f}", **same}


def _seconds(signal: NDArray[np.float32], bundle: ModelBundle) -> str:
    return f"{len(signal) / bundle.card.sampling_rate:.1f}"
