"""The web page: record or choose a file, tick bundles, read what they say."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from apps.clip import read_clip
from apps.opinion import opinion_of
from apps.page import complaint, results, summary
from ser_tasks.audio.channels import MIX, NAMES
from ser_tasks.errors import UserError

if TYPE_CHECKING:
    import gradio

    from ser_tasks.bundles.bundle import Bundle
    from ser_tasks.params import RequestParams, TimelineParams

TITLE = "Emotion of recorded speech"
SHOWN = 2  # bundles that are ticked to begin with
SWEEP = 60  # s between two looks for recordings that nobody asked about

INTRODUCTION = f"""# {TITLE}
Record a sentence or choose a file of at most {{seconds:g}} s. The models learnt from acted or scripted speech of few
people: what they say of yours is a guess, and no ground for any decision about a person."""

Ask = Callable[[str | None, list[str]], tuple[str, str, Any]]


def demo(
    bundles: Mapping[str, Bundle], *, requests: RequestParams, timeline: TimelineParams, uploads: Path
) -> gradio.Blocks:
    """The page.

    Args:
        bundles: by name, loaded
        requests: limits of a request
        timeline: windows of the answers over time
        uploads: folder in which Gradio keeps what was sent, until it is asked about
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
        said = gr.HTML(elem_id="said", padding=False)
        ask = asking(bundles, requests=requests, timeline=timeline, uploads=uploads)
        button.click(
            ask,
            [sound, chosen, channel],
            [answer, said, sound],
            api_visibility="private",
            concurrency_limit=requests.at_once,
        )
    page.queue(max_size=requests.at_once + requests.waiting)
    return page


def asking(bundles: Mapping[str, Bundle], *, requests: RequestParams, timeline: TimelineParams, uploads: Path) -> Ask:
    """What the button does: (file, names of bundles, channel) -> (HTML, what to read out, no file any more)."""
    import gradio as gr  # noqa: PLC0415

    def ask(path: str | None, names: list[str], channel: str = MIX) -> tuple[str, str, Any]:
        if not names:
            return complaint("No model is ticked. Tick one or more."), "", gr.skip()
        try:
            content = _taken(path, uploads)
            clip = read_clip(content, name=Path(str(path)).name, limits=requests, channel=channel)
            opinions = [opinion_of(bundles[name], clip.recording, timeline=timeline) for name in names]
            return results(clip.name, opinions), summary(opinions), None
        except UserError as error:
            return complaint(str(error)), "", None

    return ask


def _taken(path: str | None, uploads: Path) -> bytes:
    """The content of a file that was sent; the file and the folder of this upload are removed.

    Raises:
        UserError: none was sent, or it was forgotten
    """
    if path is None:
        raise UserError("There is no recording yet. Record one, or choose a file.")
    file = Path(path).resolve()
    try:
        return file.read_bytes()
    except FileNotFoundError as error:
        raise UserError("The recording has been forgotten meanwhile. Record it, or choose the file again.") from error
    finally:
        if file.is_relative_to(uploads.resolve()):
            own = uploads.resolve() / file.relative_to(uploads.resolve()).parts[0]
            shutil.rmtree(own, ignore_errors=True)


def look() -> dict[str, Any]:
    """What `launch` takes beside addresses: a theme of system fonts, dark text on light, a blue of high contrast."""
    import gradio as gr  # noqa: PLC0415

    from apps.style import ANNOUNCE, CSS  # noqa: PLC0415

    fonts = {"font": ["system-ui", "sans-serif"], "font_mono": ["ui-monospace", "monospace"]}
    theme = gr.themes.Default(primary_hue="blue", **fonts).set(
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
    return {"theme": theme, "css": CSS, "js": ANNOUNCE}
