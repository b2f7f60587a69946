"""`ser app`: the web page in a process of its own, which reports to no one and keeps nothing."""

from __future__ import annotations

import os
import secrets
import shutil
import signal
import sys
import tempfile
from collections.abc import Callable, Mapping
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

from apps.page import TEMPLATES, error_message, prediction_of, results, summary
from apps.uploads import read_clip
from ser_tasks.audio.channels import MIX, NAMES
from ser_tasks.errors import UserError

if TYPE_CHECKING:
    import gradio

    from ser_tasks.bundles.bundle import Bundle
    from ser_tasks.params import RequestParams, TimelineParams

TITLE = "Emotion of recorded speech"
SHOWN = 2  # bundles that are ticked at first
SWEEP = 60  # s between two checks for recordings that were not used

INTRODUCTION = f"""# {TITLE}
Record a sentence or choose a file of at most {{seconds:g}} s. The models are trained on acted or scripted speech of
few people: their prediction for yours is a guess, and no ground for any decision about a person."""

ENVIRONMENT = {"GRADIO_ANALYTICS_ENABLED": "False", "HF_HUB_DISABLE_TELEMETRY": "1", "GRADIO_MCP_SERVER": "False"}

LAUNCH: dict[str, Any] = {  # of Gradio's launch: nothing is shared, stored, monitored or offered beside the page
    "share": False,
    "run_history": False,
    "enable_monitoring": False,
    "ssr_mode": False,
    "pwa": False,
    "footer_links": [],
    "quiet": True,
    "prevent_thread_lock": True,
}

OnClick = Callable[[str | None, list[str], str], tuple[str, str, Any]]


def show(
    bundles: Mapping[str, Bundle],
    *,
    host: str,
    port: int,
    requests: RequestParams,
    timeline: TimelineParams,
    started: Callable[[str], None],
) -> None:
    """Serve the page until Ctrl+C, or until the process is terminated.

    Args:
        bundles: by name, loaded
        host, port: to listen on; 127.0.0.1 is this machine alone
        requests, timeline: see `demo`
        started: called with the address

    Raises:
        UserError: Gradio is not installed, or the address is taken
    """
    if find_spec("gradio") is None:
        raise UserError("ser app: Gradio is not installed. Install the extra: make setup-all")
    signal.signal(signal.SIGTERM, lambda *_: sys.exit())  # as Ctrl+C does, it leaves the block below in order
    with tempfile.TemporaryDirectory(prefix="ser-app-") as uploads:
        os.environ.update(ENVIRONMENT, GRADIO_TEMP_DIR=uploads)  # before Gradio is imported
        separate_uploads()
        page = demo(bundles, requests=requests, timeline=timeline, uploads=Path(uploads))
        try:
            _, address, _ = page.launch(
                server_name=host, server_port=port, max_file_size=requests.most_bytes, **LAUNCH, **theme()
            )
        except OSError as error:
            raise UserError(f"ser app: {host} port {port}: {error} Choose another: --port, --host") from error
        started(address)
        page.block_thread()


def separate_uploads() -> None:
    """Give each upload a folder of its own.

    Gradio names it by the content alone: two users who send the same file would share one, and the first to get a
    prediction would remove it for the second.
    """
    from gradio import routes  # noqa: PLC0415

    upload = routes.upload_fn

    async def separate(request: Any, upload_dir: str, *settings: Any, **options: Any) -> Any:
        return await upload(request, str(Path(upload_dir, secrets.token_urlsafe(16))), *settings, **options)

    routes.upload_fn = separate


def demo(
    bundles: Mapping[str, Bundle], *, requests: RequestParams, timeline: TimelineParams, uploads: Path
) -> gradio.Blocks:
    """The page, ready to launch.

    Args:
        bundles: by name, loaded
        requests: limits of a request
        timeline: windows of the predictions over time
        uploads: folder in which Gradio keeps a file from its upload to its prediction
    """
    import gradio as gr  # noqa: PLC0415  takes seconds

    names = list(bundles)
    with gr.Blocks(
        title=TITLE, analytics_enabled=False, delete_cache=(SWEEP, requests.forget_seconds), fill_width=True
    ) as page:
        gr.Markdown(INTRODUCTION.format(seconds=requests.seconds))
        with gr.Row():
            sound = gr.Audio(
                sources=["upload", "microphone"],
                type="filepath",
                label="Recording",
                editable=False,
                buttons=[],
                elem_id="recording",
            )
            with gr.Column():
                chosen = gr.CheckboxGroup(
                    names, value=names[:SHOWN], label="Models", info="Tick several to compare them.", elem_id="models"
                )
                channel = gr.Dropdown(
                    [MIX, *NAMES],
                    value=MIX,
                    label="Channel",
                    info="Left, right: one side of a call.",
                    elem_id="channel",
                )
                button = gr.Button("Recognise", variant="primary", elem_id="recognise")
        answer = gr.HTML(elem_id="answer", padding=False)
        announcement = gr.HTML(elem_id="announcement", padding=False)
        button.click(
            on_click(bundles, requests=requests, timeline=timeline, uploads=uploads),
            [sound, chosen, channel],
            [answer, announcement, sound],
            api_visibility="private",
            concurrency_limit=requests.at_once,
        )
    page.queue(max_size=requests.at_once + requests.waiting)
    return page


def on_click(
    bundles: Mapping[str, Bundle], *, requests: RequestParams, timeline: TimelineParams, uploads: Path
) -> OnClick:
    """The handler of the button: (file, names of bundles, channel) -> (HTML, announcement, no file any more)."""
    import gradio as gr  # noqa: PLC0415

    def handle(path: str | None, names: list[str], channel: str = MIX) -> tuple[str, str, Any]:
        if not names:
            return error_message("No model is ticked. Tick one or more."), "", gr.skip()
        try:
            content = _content(path, uploads)
            clip = read_clip(content, name=Path(str(path)).name, limits=requests, channel=channel)
            predictions = [prediction_of(bundles[name], clip.recording, timeline=timeline) for name in names]
            return results(clip.name, predictions), summary(predictions), None
        except UserError as error:
            return error_message(str(error)), "", None

    return handle


def _content(path: str | None, uploads: Path) -> bytes:
    """The content of an uploaded file; the file and the folder of this upload are removed.

    Raises:
        UserError: none was sent, or it has been deleted
    """
    if path is None:
        raise UserError("There is no recording yet. Record one, or choose a file.")
    file = Path(path).resolve()
    try:
        return file.read_bytes()
    except FileNotFoundError as error:
        raise UserError("The recording has been deleted meanwhile. Record it, or choose the file again.") from error
    finally:
        if file.is_relative_to(uploads.resolve()):
            own = uploads.resolve() / file.relative_to(uploads.resolve()).parts[0]
            shutil.rmtree(own, ignore_errors=True)


def theme() -> dict[str, Any]:
    """What `launch` takes beside addresses: a theme of system fonts, dark text on light, a blue of high contrast."""
    import gradio as gr  # noqa: PLC0415

    fonts = {"font": ["system-ui", "sans-serif"], "font_mono": ["ui-monospace", "monospace"]}
    colours = gr.themes.Default(primary_hue="blue", **fonts).set(
        button_primary_background_fill="#00578a",
        button_primary_background_fill_hover="#003f66",
        button_primary_background_fill_dark="#00578a",
        button_primary_background_fill_hover_dark="#003f66",
        button_primary_text_color="white",
        body_text_color_subdued="#4b5563",  # 7.6 to 1 on white
        body_text_color_subdued_dark="#d1d5db",
        block_info_text_color="#4b5563",
        block_info_text_color_dark="#d1d5db",
        block_label_text_color="#1f2937",
        block_title_text_color="#1f2937",
    )
    css, js = ((TEMPLATES / name).read_text(encoding="utf-8") for name in ("page.css", "announce.js"))
    return {"theme": colours, "css": css, "js": js}
