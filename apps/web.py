"""`ser app`: the web page in a process of its own, which reports to no one and keeps nothing."""

from __future__ import annotations

import os
import secrets
import shutil
import signal
import sys
import tempfile
from collections.abc import Callable, Mapping, Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

from apps.example import Example, example
from apps.live import extended, history_of, live_moments, piece_of
from apps.page import TEMPLATES, error_message, live_button, live_view, model_line, results, session_table, summary
from apps.recording_prediction import Progress, Shown, predictions_of, timelines_of
from apps.session import UNSURE, added, checked, session_after
from apps.uploads import TooLongError, read_clip
from ser_tasks.audio.channels import MIX, NAMES
from ser_tasks.bundles.dimensions.ensemble_bundle import BundleOfDimensions
from ser_tasks.errors import UserError

if TYPE_CHECKING:
    import gradio

    from ser_tasks.bundles.bundle import AnyBundle
    from ser_tasks.params import DemoParams, RequestParams, TimelineParams

TITLE = "Emotion of recorded speech"
SHOWN = 2  # bundles that are ticked at first
SWEEP = 60  # s between two checks for recordings that were not used

INTRODUCTION = f"""# {TITLE}
Drop a recording or a video, record a sentence, or try an example. The models are trained on acted or scripted speech of
few people: their prediction for yours is a guess, and no ground for any decision about a person."""

LIMITS = "At most {megabytes:g} MB. Up to {seconds:g} s: one answer. Up to {minutes:g} minutes: answers over its time."

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

NOTHING_TICKED = "No model is ticked. Tick one or more."
SEEDS = 2**32  # of examples


def show(
    bundles: Mapping[str, AnyBundle],
    *,
    host: str,
    port: int,
    requests: RequestParams,
    timeline: TimelineParams,
    synthesis: DemoParams,
    started: Callable[[str], None],
) -> None:
    """Serve the page until Ctrl+C, or until the process is terminated.

    Args:
        bundles: by name, loaded
        host, port: to listen on; 127.0.0.1 is this machine alone
        requests, timeline, synthesis: see `demo`
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
        page = demo(bundles, requests=requests, timeline=timeline, synthesis=synthesis, uploads=Path(uploads))
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
    bundles: Mapping[str, AnyBundle],
    *,
    requests: RequestParams,
    timeline: TimelineParams,
    synthesis: DemoParams,
    uploads: Path,
) -> gradio.Blocks:
    """The page, ready to launch.

    Args:
        bundles: by name, loaded
        requests: limits of a request
        timeline: windows of the predictions over time
        synthesis: of the example
        uploads: folder in which Gradio keeps a file from its upload to its prediction
    """
    import gradio as gr  # noqa: PLC0415  takes seconds

    with gr.Blocks(
        title=TITLE, analytics_enabled=False, delete_cache=(SWEEP, requests.forget_seconds), fill_width=True
    ) as page:
        gr.Markdown(INTRODUCTION)
        with gr.Row():
            with gr.Column():
                sources = _sources(requests)
                live = _live_microphone(requests, timeline)
            with gr.Column():
                chosen, channel = _choices(bundles)
        answer = gr.HTML(elem_id="answer", padding=False)
        compared = gr.HTML(elem_id="session", padding=False)
        announcement = gr.HTML(elem_id="announcement", padding=False)
        session = gr.JSON({}, visible=False)
        respond = Responder(bundles, requests=requests, timeline=timeline, synthesis=synthesis, uploads=uploads)

        def to_file(path: Any, names: Any, channel: Any, session: Any, bar: Any = gr.Progress()) -> Any:  # noqa: B008
            progress = lambda step, share: bar(share, desc=step)  # noqa: E731
            return respond.to_file(path, names, channel, session, progress)

        for button, sound in sources:
            button.click(
                to_file if sound else respond.to_example,
                [*([sound] if sound else []), chosen, channel, session],
                [answer, announcement, *([sound] if sound else []), compared, session],
                api_visibility="private",
                show_progress_on=answer,
                concurrency_limit=requests.at_once,
                concurrency_id="predictions",
            )
        _wire_live(live, respond, chosen=chosen, session=session, answer=answer, compared=compared)
    page.queue(max_size=requests.at_once + requests.waiting)
    return page


def _sources(requests: RequestParams) -> list[tuple[Any, Any]]:
    """Each button, and where its sound is from; None: it is synthesised."""
    import gradio as gr  # noqa: PLC0415

    with gr.Tab("File or video"):
        dropped = gr.File(label="Recording or video", elem_id="file", height=140)
        dropped._process_single_file = lambda given: given.path  # Gradio's own leaves an empty file behind
        limits = requests.model_dump(include={"megabytes", "seconds"})
        gr.Markdown(LIMITS.format(minutes=requests.timeline_seconds / 60, **limits), elem_classes="ser-small")
        with gr.Row():
            recognise = gr.Button("Recognise", variant="primary", elem_id="recognise")
            example = gr.Button("Try an example", elem_id="example")
    with gr.Tab("Microphone"):
        recorded = gr.Audio(
            sources=["microphone"], type="filepath", label="Recording", editable=False, buttons=[], elem_id="recording"
        )
        recognise_recorded = gr.Button("Recognise", variant="primary", elem_id="recognise-recorded")
    return [(recognise, dropped), (example, None), (recognise_recorded, recorded)]


def _live_microphone(requests: RequestParams, timeline: TimelineParams) -> tuple[Any, Any]:
    """The hidden box that the script of the page puts the last window of sound into, and the button that it presses."""
    import gradio as gr  # noqa: PLC0415

    with gr.Tab("Live"):
        gr.HTML(live_button(timeline, longest=requests.timeline_seconds))
        piece = gr.Textbox(visible="hidden", elem_id="live-piece", max_lines=1)
        return piece, gr.Button(visible="hidden", elem_id="live-send")


def _wire_live(
    live: tuple[Any, Any], respond: Responder, *, chosen: Any, session: Any, answer: Any, compared: Any
) -> None:
    """What happens every second."""
    import gradio as gr  # noqa: PLC0415

    (piece, send), history = live, gr.JSON({}, visible=False)
    send.click(
        respond.to_piece,
        [piece, chosen, history, session],
        [answer, history, compared, session],
        api_visibility="private",
        show_progress="hidden",
        trigger_mode="once",  # a window that comes while one is computed is left out: the next one holds its sound
        concurrency_limit=respond.requests.at_once,
        concurrency_id="predictions",
    )


def _choices(bundles: Mapping[str, AnyBundle]) -> tuple[Any, Any]:
    """The models and the channel."""
    import gradio as gr  # noqa: PLC0415

    names = list(bundles)
    chosen = gr.CheckboxGroup(
        [(model_line(bundle.card), name) for name, bundle in bundles.items()],
        value=names[:SHOWN],
        label="Models",
        info="Tick several to compare them.",
        elem_id="models",
    )
    channel = gr.Dropdown(
        [MIX, *NAMES],
        value=MIX,
        label="Channel",
        info="Left, right: one side of a call. Mix: both, each for itself where they differ.",
        elem_id="channel",
    )
    return chosen, channel


class Responder:
    """What the buttons do: see `demo`."""

    def __init__(
        self,
        bundles: Mapping[str, AnyBundle],
        *,
        requests: RequestParams,
        timeline: TimelineParams,
        synthesis: DemoParams,
        uploads: Path,
    ) -> None:
        self.bundles, self.requests, self.timeline = bundles, requests, timeline
        self.synthesis, self.uploads = synthesis, uploads

    def to_file(
        self,
        path: str | None,
        names: list[str],
        channel: str = MIX,
        session: object = None,
        progress: Progress = lambda step, share: None,
    ) -> tuple[str, str, Any, str, Any]:
        """HTML of the predictions, announcement, no file any more, HTML of the session, and the session."""
        import gradio as gr  # noqa: PLC0415

        if not names:
            return error_message(NOTHING_TICKED), "", gr.skip(), gr.skip(), gr.skip()
        try:
            content = _content(path, self.uploads)
            predictions = self._predictions(content, Path(str(path)).name, names, channel, progress)
        except UserError as error:
            return error_message(str(error)), "", None, gr.skip(), gr.skip()
        shown, announced, *rest = self._shown(Path(str(path)).name, predictions, session)
        return shown, announced, None, *rest

    def to_example(self, names: list[str], channel: str = MIX, session: object = None) -> tuple[str, str, str, Any]:
        """The same without a file: of a clip that is made now."""
        import gradio as gr  # noqa: PLC0415

        if not names:
            return error_message(NOTHING_TICKED), "", gr.skip(), gr.skip()
        made = example(secrets.randbelow(SEEDS), self.synthesis)
        bundles = [self.bundles[name] for name in names]
        try:
            predictions = predictions_of(bundles, made.clip.recording, timeline=self.timeline)
        except UserError as error:
            return error_message(str(error)), "", gr.skip(), gr.skip()
        return self._shown(made.clip.name, predictions, session, example=made)

    def to_piece(self, sent: str, names: list[str], history: object, session: object) -> tuple[Any, Any, Any, Any]:
        """HTML of the prediction of now, the predictions so far, HTML of the session, and the session."""
        import gradio as gr  # noqa: PLC0415

        if not names:
            return error_message(NOTHING_TICKED), gr.skip(), gr.skip(), gr.skip()
        bundles = [self.bundles[name] for name in names]
        try:
            piece, sound = piece_of(sent, most_bytes=self.requests.most_bytes, longest=self.requests.timeline_seconds)
            before = history_of(history, bundles, before=piece.end)
            now = extended(before, piece, sound, bundles)
        except UserError as error:
            return error_message(str(error)), gr.skip(), gr.skip(), gr.skip()
        after = checked(session, self.bundles)
        new = now.end > before.end  # silence has no prediction, and the last one is not counted again
        for bundle in bundles if new else ():
            if isinstance(bundle, BundleOfDimensions):
                continue
            for moment in live_moments(now, bundle, timeline=self.timeline)[-1:]:
                label = UNSURE if moment.unsure else moment.emotion
                after = added(after, bundle.card.name, [(label, min(piece.end - before.end, sound.duration))])
        view = live_view(now, bundles, seconds=piece.end, timeline=self.timeline)
        return view, now.model_dump(), session_table(after, self.bundles), after

    def _predictions(
        self, content: bytes, name: str, names: list[str], channel: str, progress: Progress
    ) -> Sequence[Shown]:
        """Of the whole recording; of a long one over its time."""
        bundles = [self.bundles[one] for one in names]
        try:
            clip = read_clip(content, name=name, limits=self.requests, channel=channel)
        except TooLongError:
            return timelines_of(
                bundles,
                content,
                name=name,
                seconds=self.requests.timeline_seconds,
                timeline=self.timeline,
                progress=progress,
                channel=channel,
            )
        return predictions_of(bundles, clip.recording, timeline=self.timeline, channel=channel)

    def _shown(
        self, name: str, predictions: Sequence[Shown], session: object, *, example: Example | None = None
    ) -> tuple[str, str, str, Any]:
        after = session_after(checked(session, self.bundles), predictions)
        html = results(name, predictions, example=example)
        return html, summary(predictions), session_table(after, self.bundles), after


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
    css, js = ((TEMPLATES / name).read_text(encoding="utf-8") for name in ("page.css", "page.js"))
    return {"theme": colours, "css": css, "js": js}
