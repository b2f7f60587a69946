"""`ser export`: a bundle as one file for other programs."""

from pathlib import Path
from typing import Annotated, Literal

import typer

from pipelines.cli.panels import RECORDINGS

app = typer.Typer(no_args_is_help=True)


@app.command(rich_help_panel=RECORDINGS)
def export(
    bundle: Annotated[str, typer.Argument(help="Name below data/bundles, or folder.")],
    to: Annotated[Path, typer.Option(help="File to write: .onnx (ONNX Runtime) or .tflite (LiteRT).")],
    weights: Annotated[
        Literal["float32", "float16", "int8"], typer.Option(help="How the network's are stored; .onnx only.")
    ] = "float32",
    clips: Annotated[
        Path | None, typer.Option(help="Recordings to compare on; the bundle's own corpus if left out.")
    ] = None,
) -> None:
    """Sound in, calibrated probabilities out: front end, network and calibration as one file, checked on real clips."""
    from pipelines.commands.export import export as run

    run(bundle, to, weights=weights, clips=clips)
