"""`ser app` and `ser serve`: a bundle as a web page, and as an HTTP service."""

from typing import Annotated

import typer

from pipelines.cli.panels import RECORDINGS

app = typer.Typer(no_args_is_help=True)

Host = Annotated[str, typer.Option(help="Address to listen on; 0.0.0.0 lets other machines in.")]
Port = Annotated[int, typer.Option(min=1, max=65535)]


@app.command("app", rich_help_panel=RECORDINGS)
def web_page(
    bundle: Annotated[
        list[str] | None,
        typer.Option(help="Name below data/bundles, or folder; again for more; left out: all there are."),
    ] = None,
    host: Host = "127.0.0.1",
    port: Port = 7860,
) -> None:
    """Try bundles in the browser: record or choose a file, see probabilities, pictures and the timeline."""
    from rich.console import Console

    from apps.startup import check_address_free, ready_bundle
    from apps.web import show
    from pipelines.commands.bundles import find_bundles
    from ser_tasks.params.reading import read_params

    params = read_params()
    folders = find_bundles(bundle or [])
    check_address_free(host, port)
    with Console(stderr=True).status("loading") as status:
        bundles = {}
        for name, folder in folders.items():
            status.update(f"loading {folder}")
            bundles[name] = ready_bundle(folder)
    show(
        bundles,
        host=host,
        port=port,
        requests=params.requests,
        timeline=params.timeline,
        started=lambda address: typer.echo(f"{', '.join(bundles)}: open {address} in a browser. Ctrl+C ends it."),
    )


@app.command(rich_help_panel=RECORDINGS)
def serve(
    bundle: Annotated[
        str | None, typer.Option(help="Name below data/bundles, or folder; may be left out if there is one.")
    ] = None,
    host: Host = "127.0.0.1",
    port: Port = 8000,
) -> None:
    """Answer recordings over HTTP: POST /v1/recognise; /docs says the rest."""
    from apps.service import serve as listen
    from apps.startup import check_address_free
    from pipelines.commands.bundles import find_bundle
    from ser_tasks.params.reading import read_params

    folder, params = find_bundle(bundle), read_params()
    check_address_free(host, port)
    listen(folder, host=host, port=port, limits=params.requests)
