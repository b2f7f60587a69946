"""Corpora of the true grammar with a short synthetic sound in each file, and servers that misbehave."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import numpy as np
import pytest
import soundfile

RATE = 16_000
EMODB_NAMES = ("03a01Fa", "03a01Nc", "03a01Wa", "08b02Tb", "16b10Ld")


def noise(name: str, *, seconds: float = 0.1, rate: int = RATE) -> np.ndarray:
    """A sound of its own for every name, full scale [-0.5, 0.5], on the 16-bit grid."""
    generator = np.random.default_rng(list(name.encode()))
    return np.round(generator.uniform(-0.5, 0.5, round(seconds * rate)) * 2**15) / 2**15


def write(root: Path, path: str, *, seconds: float = 0.1, rate: int = RATE) -> Path:
    file = root / path
    file.parent.mkdir(parents=True, exist_ok=True)
    soundfile.write(file, noise(file.stem, seconds=seconds, rate=rate), rate, subtype="PCM_16")
    return file


@pytest.fixture
def emodb_root(tmp_path: Path) -> Path:
    """A folder laid out as EMO-DB: wav/ and label files beside it."""
    root = tmp_path / "emodb"
    for name in EMODB_NAMES:
        write(root, f"wav/{name}.wav")
    (root / "lablaut").mkdir()
    (root / "lablaut" / "03a01Fa.lablaut").write_text("labels")
    return root


@dataclass
class Behaviour:
    """What the server does with each request, and what it was asked."""

    content: bytes
    ranges: bool = True  # honours Range
    etag: str | None = '"one"'
    modified: str | None = None
    break_after: list[int] = field(default_factory=list)  # bytes to send before closing, one for each request
    status: list[int] = field(default_factory=list)  # answers before the file is served
    asked: list[dict[str, str]] = field(default_factory=list)


@contextmanager
def serving(behaviour: Behaviour) -> Iterator[str]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            behaviour.asked.append(dict(self.headers))
            if behaviour.status:
                self.send_error(behaviour.status.pop(0))
                return
            first, wanted = 0, self.headers.get("Range")
            same = self.headers.get("If-Range") in (None, behaviour.etag, behaviour.modified)
            if wanted and behaviour.ranges and same:
                first = int(wanted.removeprefix("bytes=").removesuffix("-"))
                self.send_response(206)
                end = len(behaviour.content)
                self.send_header("Content-Range", f"bytes {first}-{end - 1}/{end}")
            else:
                self.send_response(200)
            body = behaviour.content[first:]
            self.send_header("Content-Length", str(len(body)))
            for name, value in (("ETag", behaviour.etag), ("Last-Modified", behaviour.modified)):
                if value is not None:
                    self.send_header(name, value)
            self.end_headers()
            stop = behaviour.break_after.pop(0) if behaviour.break_after else len(body)
            self.wfile.write(body[:stop])
            self.close_connection = True

        def log_message(self, format: str, *args: object) -> None:
            """Silent."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


@pytest.fixture
def serve() -> Iterator[Callable[[Behaviour], str]]:
    """Start a server; its address is returned."""
    running = []

    def start(behaviour: Behaviour) -> str:
        running.append(serving(behaviour))
        return running[-1].__enter__()

    yield start
    for server in running:
        server.__exit__(None, None, None)


class Notes:
    """A progress that remembers what it was told."""

    def __init__(self) -> None:
        self.notes: list[str] = []
        self.steps: list[tuple[str, int | None, int]] = []

    def start(self, step: str, total: int | None, done: int = 0) -> None:
        self.steps.append((step, total, done))

    def advance(self, amount: int) -> None:
        pass

    def note(self, text: str) -> None:
        self.notes.append(text)


@pytest.fixture
def notes() -> Notes:
    return Notes()
