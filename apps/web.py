"""`ser app`: the page in a process of its own, that tells nobody and keeps nothing."""

from __future__ import annotations

import os
import secrets
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from ser_tasks.bundle.bundle import Bundle
    from ser_tasks.params import RequestParams, TimelineParams

QUIET = {"GRADIO_ANALYTICS_ENABLED": "False", "HF_HUB_DISABLE_TELEMETRY": "1", "GRADIO_MCP_SERVER": "False"}


def show(
    bundles: Mapping[str, Bundle],
    *,
    host: str,
    port: int,
    requests: RequestParams,
    timeline: TimelineParams,
    started: Callable[[str], None],
) -> None:
    """Serve the page until Ctrl+C.

    Args:
        bundles: by name, loaded
        host, port: to listen on; 127.0.0.1 is this machine alone
        requests, timeline: see `demo`
        started: told the address
    """
    with tempfile.TemporaryDirectory(prefix="ser-app-") as uploads:
        os.environ.update(QUIET, GRADIO_TEMP_DIR=uploads)  # before Gradio looks at them
        from apps.demo import demo, look  # noqa: PLC0415

        page = demo(bundles, requests=requests, timeline=timeline, uploads=Path(uploads))
        app, address, _ = page.launch(
            server_name=host,
            server_port=port,
            max_file_size=requests.most_bytes,
            prevent_thread_lock=True,
            quiet=True,
            share=False,
            run_history=False,
            enable_monitoring=False,
            ssr_mode=False,
            pwa=False,
            footer_links=[],
            **look(),
        )
        keep_uploads_apart(app, Path(uploads))
        started(address)
        page.block_thread()


def keep_uploads_apart(app: Any, uploads: Path) -> None:
    """Give each upload a folder of its own.

    Gradio names it by the content: two people who send the same file would share one, and the first to be answered
    would take it away from the second.
    """

    class Apart(type(app)):  # type: ignore[misc]  # Gradio's own class of application
        @property
        def uploaded_file_dir(self) -> str:
            return str(uploads / secrets.token_urlsafe(16))

    del app.uploaded_file_dir
    app.__class__ = Apart
