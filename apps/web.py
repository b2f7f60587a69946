"""`ser app`: the page in a process of its own, that tells nobody and keeps nothing."""

from __future__ import annotations

import os
import secrets
import signal
import sys
import tempfile
from collections.abc import Callable, Mapping
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ser_tasks.errors import UserError

if TYPE_CHECKING:
    from ser_tasks.bundles.bundle import Bundle
    from ser_tasks.params import RequestParams, TimelineParams

QUIET = {"GRADIO_ANALYTICS_ENABLED": "False", "HF_HUB_DISABLE_TELEMETRY": "1", "GRADIO_MCP_SERVER": "False"}

ALONE: dict[str, Any] = {  # of Gradio's launch: nothing is shared, kept, watched or offered beside the page
    "share": False,
    "run_history": False,
    "enable_monitoring": False,
    "ssr_mode": False,
    "pwa": False,
    "footer_links": [],
    "quiet": True,
    "prevent_thread_lock": True,
}


def show(
    bundles: Mapping[str, Bundle],
    *,
    host: str,
    port: int,
    requests: RequestParams,
    timeline: TimelineParams,
    started: Callable[[str], None],
) -> None:
    """Serve the page until Ctrl+C, or until the process is told to end.

    Args:
        bundles: by name, loaded
        host, port: to listen on; 127.0.0.1 is this machine alone
        requests, timeline: see `demo`
        started: told the address

    Raises:
        UserError: Gradio is not installed, or the address is taken
    """
    if find_spec("gradio") is None:
        raise UserError("ser app: Gradio is not installed. Install the extra: make setup-all")
    signal.signal(signal.SIGTERM, lambda *_: sys.exit())  # as Ctrl+C does, it leaves the block below in order
    with tempfile.TemporaryDirectory(prefix="ser-app-") as uploads:
        os.environ.update(QUIET, GRADIO_TEMP_DIR=uploads)  # before Gradio looks at them
        from apps.demo import demo, look  # noqa: PLC0415

        keep_uploads_apart()
        page = demo(bundles, requests=requests, timeline=timeline, uploads=Path(uploads))
        try:
            _, address, _ = page.launch(
                server_name=host, server_port=port, max_file_size=requests.most_bytes, **ALONE, **look()
            )
        except OSError as error:
            raise UserError(f"ser app: {host} port {port}: {error} Choose another: --port, --host") from error
        started(address)
        page.block_thread()


def keep_uploads_apart() -> None:
    """Give each upload a folder of its own.

    Gradio names it by the content alone: two people who send the same file would share one, and the first to be
    answered would take it away from the second.
    """
    from gradio import routes  # noqa: PLC0415

    upload = routes.upload_fn

    async def apart(request: Any, upload_dir: str, *settings: Any, **options: Any) -> Any:
        return await upload(request, str(Path(upload_dir, secrets.token_urlsafe(16))), *settings, **options)

    routes.upload_fn = apart
