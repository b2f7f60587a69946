"""`ser app` and `ser serve`: a bundle as a web page, and as an HTTP service."""

from typing import Annotated

import typer

app = typer.Typer(no_args_is_help=True)

Host = Annotated[str, typer.Option(help="Address to listen on; 0.0.0.0 lets other machines in.")]


@app.command("app")
def web_page(
    bundle: Annotated[
        list[str] | None,
        typer.Option(help="Name below data/bundles, or folder; again for more; left out: all there are."),
    ] = None,
    host: Host = "127.0.0.1",
    port: Annotated[int, typer.Option()] = 7860,
) -> None:
    """Try bundles in the browser: record or choose a file, see probabilities, pictures and the timeline."""
    from rich.console import Console

    from apps.loading import ready_bundle
    from apps.web import show
    from pipelines.bundles import find_bundles
    from ser_tasks.read_params import read_params

    params = read_params()
    folders = find_bundles(bundle or [])
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


@app.command()
def serve(
    bundle: Annotated[
        str | None, typer.Option(help="Name below data/bundles, or folder; may be left out if there is one.")
    ] = None,
    host: Host = "127.0.0.1",
    port: Annotated[int, typer.Option()] = 8000,
) -> None:
    """Answer recordings over HTTP: POST /v1/recognise; /docs says the rest."""
    from apps.serve import serve as listen
    from pipelines.predict_command import find_bundle
    from ser_tasks.read_params import read_params

    listen(find_bundle(bundle), host=host, port=port, limits=read_params().requests)
