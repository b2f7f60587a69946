"""A process that has the libraries loaded and forks itself for each stage of a run, so that they are loaded once.

`ser repro` starts one for the time of `dvc repro`; the command of a stage, `python -m pipelines STAGE ...`, finds its
socket in the environment, hands over its words, environment and standard streams, and ends with the status that comes
back. Without it, or where it does not reply, the command does the work itself.
"""

from __future__ import annotations

import json
import os
import select
import signal
import socket
import subprocess
import sys
import tempfile
import traceback
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from importlib import import_module
from pathlib import Path
from typing import Any

SOCKET = "SER_WARM"  # environment variable with its path
STREAMS = (0, 1, 2)
INTERRUPTED = 130  # exit status of a program that Ctrl-C has ended
PAUSE = 0.5  # s between two looks for stages that have ended
AT_ONCE = 1 << 16  # bytes
KILLED = (
    "Error: the process of the stage '{}' was killed, mostly for want of memory. What was finished is kept: run it "
    "again, with workers: {{where: processes, count: 1}} in params.yaml if it happens again."
)
SOON = ("pipelines.settings", "ser_tasks.corpora.synthesis.corpus", "pandas")  # loaded while DVC reads dvc.yaml
TRACKING = ("mlflow.store.tracking.sqlalchemy_store", "ser_tasks.plots.confusion")  # what recording a run imports
LIBRARIES: Mapping[str, tuple[str, ...]] = {  # that the work of a stage imports when it begins
    "demo": ("ser_tasks.corpora.synthesis.corpus",),
    "utterances": ("ser_tasks.corpora.reading",),
    "features": ("ser_tasks.features.store",),
    "evaluate": ("ser_tasks.evaluation.fold", "ser_tasks.models.svm", "ser_tasks.models.text.tfidf"),
    "bundle": ("ser_tasks.models.svm",),
}
TRACKED = frozenset(
    {
        *("evaluate", "dimensions", "ensemble", "dimension_ensemble"),
        *("bundle", "dimension_bundle", "ensemble_bundle", "dimension_ensemble_bundle"),
    }
)


@contextmanager
def warm_process() -> Iterator[dict[str, str]]:
    """The environment variable that leads stages to such a process, which ends with the block or with us."""
    if sys.platform != "linux":  # forking a process with loaded libraries is not safe on others
        yield {}
        return
    with tempfile.TemporaryDirectory(prefix="ser-") as folder:
        path = f"{folder}/socket"
        process = subprocess.Popen([sys.executable, "-m", "pipelines.orchestration.warm", path], stdin=subprocess.PIPE)
        try:
            yield {SOCKET: path}
        finally:
            process.communicate()  # closes its standard input: it ends


def hand_over(words: Sequence[str]) -> int | None:
    """The exit status of a stage that the warm process ran for us; None: there is none, or it is out of reach."""
    path = os.environ.get(SOCKET)
    if path is None:
        return None
    with socket.socket(socket.AF_UNIX) as line:
        try:
            line.connect(path)
        except OSError:
            return None
        asked = {"words": list(words), "folder": str(Path.cwd()), "environment": dict(os.environ)}
        text = json.dumps(asked).encode() + b"\n"
        status = b""
        try:
            line.sendall(text[socket.send_fds(line, [text], list(STREAMS)) :])  # what did not go with the streams
            status = line.recv(16)
        except ConnectionError:  # gone in the middle of it
            pass
        except KeyboardInterrupt:
            return INTERRUPTED
    if not status:
        print(KILLED.format(" ".join(words)), file=sys.stderr)  # noqa: T201
    return int(status or 1)


def serve(path: str) -> None:
    """Fork for each requested stage, until the process that holds our standard input is gone."""
    from pipelines.orchestration.environment import prepare_environment  # noqa: PLC0415

    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the stages
    prepare_environment()
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(path)
        listener.listen()
        left, before = list(SOON), set[str]()
        while sys.stdin not in (ready := select.select([listener, sys.stdin], [], [], 0 if left else PAUSE)[0]):
            if ready:
                line, _ = listener.accept()
                with line:
                    _fork(line, before)
            elif left:
                _load(left.pop(0))
            _bury()
        _bury()


def _load(*names: str) -> None:
    """Import modules; the stage itself reports one that cannot be."""
    for name in names:
        with suppress(Exception):
            import_module(name)


def _load_for(stage: str, before: set[str]) -> None:
    """What this stage imports. The first that records a run loads MLflow itself, when its figures are out."""
    _load(f"pipelines.stages.{stage}", *LIBRARIES.get(stage, ()))
    if stage in TRACKED and before & TRACKED:
        _load(*TRACKING)
    before.add(stage)


def _bury() -> None:
    """Take leave of stages that have ended, so that what they took counts as ours."""
    with suppress(ChildProcessError):
        while os.waitpid(-1, os.WNOHANG)[0]:
            pass


def _fork(line: socket.socket, before: set[str]) -> None:
    """A process of its own for one stage, which reports its exit status itself.

    Args:
        line: to the command that hands the stage over
        before: stages that have been forked; grows
    """
    from pipelines.__main__ import STAGES  # noqa: PLC0415

    text, streams, _, _ = socket.recv_fds(line, AT_ONCE, len(STREAMS))
    while text and not text.endswith(b"\n"):
        more = line.recv(AT_ONCE)
        text = text + more if more else b""  # the client has gone
    asked = json.loads(text or "null")
    stage = next(iter(asked["words"]), "") if asked else ""
    if stage in STAGES:
        _load_for(stage, before)
    if asked and not _hung_up(line) and os.fork() == 0:
        status = 1
        try:
            status = _run(asked, streams)
        finally:
            with suppress(OSError):
                line.sendall(str(status).encode())
            os._exit(status)
    for stream in streams:
        os.close(stream)


def _hung_up(line: socket.socket) -> bool:
    """Whether who asked has gone: ended by Ctrl-C while the libraries were loaded."""
    try:
        return line.recv(1, socket.MSG_PEEK | socket.MSG_DONTWAIT) == b""
    except BlockingIOError:
        return False
    except OSError:
        return True


def _run(asked: Mapping[str, Any], streams: Sequence[int]) -> int:
    """The stage, as if its command had been started in the ordinary way; its exit status."""
    from pipelines.__main__ import run_command  # noqa: PLC0415

    signal.signal(signal.SIGINT, signal.default_int_handler)
    for own, given in zip(STREAMS, streams, strict=True):
        os.dup2(given, own)
        os.close(given)
    os.chdir(asked["folder"])
    os.environ.clear()
    os.environ.update(asked["environment"])
    try:
        run_command(asked["words"])
    except SystemExit as end:
        return end.code if isinstance(end.code, int) else int(end.code is not None)
    except KeyboardInterrupt:
        return INTERRUPTED
    except BaseException:
        traceback.print_exc()
        return 1
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
    return 0


if __name__ == "__main__":
    serve(sys.argv[1])
