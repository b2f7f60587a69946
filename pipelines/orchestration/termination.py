"""What becomes of the processes that a command started, when it is terminated."""

import signal
from contextlib import suppress
from types import FrameType

PATIENCE = 5.0  # s, between SIGTERM and SIGKILL


def end_children_on_sigterm() -> None:
    """On SIGTERM, end everything that this process started, and then itself with status 143.

    Ctrl-C reaches all processes of a terminal. SIGTERM reaches one: from `kill`, `timeout`, `docker stop`, systemd or a
    scheduler. What that one started would go on, with DVC's locks in its hands.
    """
    signal.signal(signal.SIGTERM, _end)


def _end(number: int, _: FrameType | None) -> None:
    import psutil  # noqa: PLC0415  nobody else needs it

    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    children = psutil.Process().children(recursive=True)  # parents first: DVC starts no further stage
    for child in children:
        with suppress(psutil.NoSuchProcess):
            child.terminate()
    for child in psutil.wait_procs(children, timeout=PATIENCE)[1]:
        with suppress(psutil.NoSuchProcess):
            child.kill()
    raise SystemExit(128 + number)
