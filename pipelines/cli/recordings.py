"""`ser predict`, `segment`, `convert`, `app`, `serve`, `export`, `invariance`: the panel Recordings of `ser --help`.

What a command needs is imported when it runs: `ser --help` prints at once.
"""

from pathlib import Path
from typing import Annotated, Literal

import typer

RECORDINGS = "Recordings of your own"  # the panel

Bundle = Annotated[
    str | None,
    typer.Option(help="Name below data/bundles, or folder; left out: yours of classes, if there is one alone."),
]

app = typer.Typer(no_args_is_help=True)


@app.command(rich_help_panel=RECORDINGS)
def predict(  # noqa: PLR0917 - typer passes them by name
    inputs: Annotated[
        list[str],
        typer.Argument(metavar="PATH...", help="Files, folders, patterns; - reads a list from standard input."),
    ],
    bundle: Bundle = None,
    to: Annotated[
        list[Path] | None, typer.Option(help="File to write, the format by its ending; may be given again.")
    ] = None,
    form: Annotated[
        str | None,
        typer.Option("--format", help="table, csv, jsonl, parquet; with --timeline rttm, labels, textgrid, picture."),
    ] = None,
    timeline: Annotated[bool, typer.Option("--timeline", help="Emotion over time, for long recordings.")] = False,
    channel: Annotated[
        str,
        typer.Option(help="mix, left, right, a number from 1; or, without --timeline, each: a row for each."),
    ] = "mix",
    transcript: Annotated[
        str | None, typer.Option(help="What is said in the one recording, for a model that reads words.")
    ] = None,
    workers: Annotated[
        int | None, typer.Option(min=1, help="Processes; left out: as many as are worth starting.")
    ] = None,
) -> None:
    """Predict the emotion of each recording, or its valence, activation and dominance; with the reasons for doubt.

    Exit status: 0 all predicted; 2 some could not be, each with its reason; 1 nothing could start; 130 after Ctrl-C.
    """
    from pipelines.commands.predict import run

    status = run(
        inputs,
        bundle=bundle,
        to=to or [],
        form=form,
        timeline=timeline,
        workers=workers,
        channel=channel,
        transcript=transcript,
    )
    raise typer.Exit(status)


Paths = Annotated[
    list[str],
    typer.Argument(metavar="PATH...", help="Files, folders, patterns; - reads a list from standard input."),
]
Folder = Annotated[Path, typer.Option(metavar="DIR", help="Folder to write; folders below PATH are kept.")]
Form = Annotated[Literal["wav", "flac"], typer.Option("--format", help="Both of 16 bits.")]
Channel = Annotated[str, typer.Option(help="mix, left, right, each (a file for every channel), or a number from 1.")]
Overwrite = Annotated[bool, typer.Option("--overwrite", help="DIR is not empty: replace files of the same names.")]


@app.command(rich_help_panel=RECORDINGS)
def segment(
    inputs: Paths,
    *,
    to: Folder,
    form: Form = "wav",
    channel: Channel = "mix",
    overwrite: Overwrite = False,
) -> None:
    """Cut recordings, or sound tracks of videos, into sentences: a file each, and segments.csv with their times.

    Exit status: 0 all cut; 2 some could not be, each with its reason; 1 nothing could start; 130 after Ctrl-C.
    """
    from pipelines.commands.segment import segment as run

    raise typer.Exit(run(inputs, to=to, form=form, channel=channel, overwrite=overwrite))


@app.command(rich_help_panel=RECORDINGS)
def convert(
    inputs: Paths,
    *,
    to: Folder,
    form: Form = "wav",
    rate: Annotated[
        int | None, typer.Option(min=1000, max=384_000, help="Hz; left out: that of each recording.")
    ] = None,
    channel: Channel = "mix",
    copies: Annotated[
        int, typer.Option(min=0, help="Augmented copies of each, by signal_augmentation in params.yaml.")
    ] = 0,
    overwrite: Overwrite = False,
) -> None:
    """Write recordings, or sound tracks of videos, as mono WAV or FLAC at one rate, and converted.csv beside them.

    Exit status: 0 all written; 2 some could not be, each with its reason; 1 nothing could start; 130 after Ctrl-C.
    """
    from pipelines.commands.convert import convert as run

    status = run(inputs, to=to, form=form, rate=rate, channel=channel, copies=copies, overwrite=overwrite)
    raise typer.Exit(status)


Host = Annotated[str, typer.Option(help="Address to listen on; 0.0.0.0 admits other machines.")]
Port = Annotated[int, typer.Option(min=1, max=65535)]


@app.command("app", rich_help_panel=RECORDINGS)
def web_page(
    bundle: Annotated[
        list[str] | None,
        typer.Option(help="Name below data/bundles, or folder; again for more; left out: all."),
    ] = None,
    host: Host = "127.0.0.1",
    port: Port = 7860,
) -> None:
    """Try bundles in the browser: record or choose a file, see probabilities or ratings, pictures and the timeline."""
    from rich.console import Console

    from pipelines.commands.bundles import find_bundles, of_those_usable
    from ser_tasks.bundles.dimensions.card import read_any_card
    from ser_tasks.params.reading import read_params

    params = read_params()
    folders = find_bundles(bundle or [])
    cards = of_those_usable(folders, read_any_card, named=bool(bundle))  # before what loads them is loaded
    from apps.startup import check_address_free, ready_bundle
    from apps.web import show
    from ser_tasks.bundles.bundle import AnyBundle

    check_address_free(host, port)
    with Console(stderr=True).status("loading") as status:

        def load(folder: Path) -> AnyBundle:
            status.update(f"loading {folder}")
            return ready_bundle(folder)

        bundles = of_those_usable({name: folders[name] for name in cards}, load, named=bool(bundle))
    show(
        bundles,
        host=host,
        port=port,
        requests=params.requests,
        timeline=params.timeline,
        synthesis=params.demo,
        started=lambda address: typer.echo(f"{', '.join(bundles)}: open {address} in a browser. Ctrl+C ends it."),
    )


@app.command(rich_help_panel=RECORDINGS)
def serve(
    bundle: Bundle = None,
    host: Host = "127.0.0.1",
    port: Port = 8000,
) -> None:
    """Serve predictions over HTTP: POST /v1/recognise; /docs describes the rest."""
    from apps.service import serve as listen
    from apps.startup import check_address_free
    from pipelines.commands.bundles import find_bundle
    from ser_tasks.params.reading import read_params

    folder, params = find_bundle(bundle), read_params()
    check_address_free(host, port)
    listen(folder, host=host, port=port, limits=params.requests)


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


@app.command(rich_help_panel=RECORDINGS)
def invariance(
    inputs: Annotated[list[str], typer.Argument(metavar="PATH...", help="Recordings: files, folders, patterns.")],
    bundle: Bundle = None,
    workers: Annotated[
        int | None, typer.Option(min=1, help="Processes; left out: as many as are worth starting.")
    ] = None,
) -> None:
    """Level, silence at the ends, sampling rate, channels, format, offset, polarity: do the predictions stay?

    Exit status: 0 they do; 3 some do not; 2 some recordings had no prediction; 1 nothing could start.
    """
    from pipelines.commands.invariance import check_invariance

    raise typer.Exit(check_invariance(inputs, bundle=bundle, workers=workers))
