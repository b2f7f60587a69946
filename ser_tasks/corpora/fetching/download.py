"""Download one archive: resumed after a break, tried again, and verified."""

import hashlib
import json
import shutil
import time
from collections.abc import Callable
from pathlib import Path

import requests

from ser_tasks.corpora.corpus import CorpusError, Source
from ser_tasks.corpora.fetching.progress import Progress, Silent

ATTEMPTS = 5
TIMEOUT = (15.0, 60.0)  # s: to connect, between two pieces
BLOCK = 1 << 18  # bytes
BUSY = (408, 425, 429, 500, 502, 503, 504)  # statuses worth another try


def download(
    source: Source,
    folder: Path,
    *,
    progress: Progress | None = None,
    sleep: Callable[[float], None] = time.sleep,
) -> Path:
    """The archive of a source, in `folder`.

    What arrived before a break stays beside it as `<name>.part`, and the next attempt, or the next run, asks
    for the rest only, if the server states that the file is still the same.

    Raises:
        CorpusError: not reachable, refused, too short, or another size or md5 than the source states
    """
    progress = progress or Silent()
    folder.mkdir(parents=True, exist_ok=True)
    target = folder / source.file_name
    if target.is_file():  # from a run that got no further
        if source.md5 is not None and md5(target) == source.md5:
            progress.note(f"{target}: downloaded before, checksum verified, used again")
            return target
        target.unlink()
    part = Partial(source.url, target.with_name(f"{target.name}.part"))
    failure = ""
    for attempt in range(ATTEMPTS):
        if attempt:
            progress.note(f"{source.file_name}: the transfer broke off ({failure}); trying again")
            sleep(2.0 ** (attempt - 1))
        try:
            _transfer(source, part, progress)
            break
        except (
            requests.ConnectionError,
            requests.Timeout,
            requests.exceptions.ChunkedEncodingError,
            BusyError,
        ) as error:
            failure = _brief(error)
        except requests.RequestException as error:
            raise CorpusError(f"{source.url}: {_brief(error)}. Fix the address; http and https are read.") from error
    else:
        raise CorpusError(
            f"{source.url}: not complete after {ATTEMPTS} attempts ({failure}); {part.size} bytes are here. "
            "Check the connection and run `ser fetch` again: it goes on where it broke off."
        )
    verify(part.path, source, keep_short=True)
    return part.finish(target)


class BusyError(Exception):
    """The server answered, but not now."""


class Partial:
    """What has arrived of one address, and the validator that tells whether the rest still fits."""

    def __init__(self, url: str, path: Path) -> None:
        self.url, self.path, self.about = url, path, path.with_name(path.name + ".json")
        if self.path.exists() and self.validator is None:
            self.restart(None)

    @property
    def size(self) -> int:
        """Bytes here."""
        return self.path.stat().st_size if self.path.exists() else 0

    @property
    def validator(self) -> str | None:
        """Strong ETag, or date, of the file these bytes are the beginning of; None: cannot be resumed."""
        try:
            about = json.loads(self.about.read_text(encoding="utf-8"))
            return str(about["validator"]) if about["url"] == self.url and about["validator"] else None
        except (OSError, ValueError, KeyError, TypeError):
            return None

    def restart(self, validator: str | None) -> None:
        """Forget the bytes; what comes now is of the version `validator`."""
        self.path.write_bytes(b"")
        self.about.write_text(json.dumps({"url": self.url, "validator": validator}), encoding="utf-8")

    def finish(self, target: Path) -> Path:
        """The whole file takes its name."""
        self.path.replace(target)
        self.about.unlink(missing_ok=True)
        return target


def verify(path: Path, source: Source, *, keep_short: bool = False) -> None:
    """Refuse a file of another size or md5 than the source states.

    Args:
        path: the file; removed when its checksum is wrong
        source: size and md5, None is not verified
        keep_short: the file is a transfer that can be resumed

    Raises:
        CorpusError: states what was expected, what was found, and what to do
    """
    size = path.stat().st_size
    if source.size is not None and size < source.size:
        resume = "It is kept: run `ser fetch` again to get the rest" if keep_short else "Download it again"
        raise CorpusError(f"{path}: {size} bytes, expected {source.size}: the file is short. {resume}.")
    digest = md5(path)
    if (source.size is None or size == source.size) and source.md5 in (None, digest):
        return
    hint = "Run `ser fetch` again; if it happens twice, the archive at this address has changed"
    if keep_short:
        path.unlink()
        hint = f"The file was removed. {hint}"
    raise CorpusError(
        f"{source.url}: not the official archive: expected {source.size} bytes with md5 {source.md5}, "
        f"found {size} bytes with md5 {digest}. {hint}."
    )


def md5(path: Path) -> str:
    """Checksum as archives publish it; not for security."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, lambda: hashlib.md5(usedforsecurity=False)).hexdigest()


def _transfer(source: Source, part: Partial, progress: Progress) -> None:
    have, validator = part.size, part.validator
    if source.size is not None and have == source.size:
        return
    headers = {"Accept-Encoding": "identity"}  # byte counts of the file itself
    if have and validator:
        headers |= {"Range": f"bytes={have}-", "If-Range": validator}
    with requests.get(source.url, headers=headers, stream=True, timeout=TIMEOUT) as response:
        resumed = response.status_code == 206 and response.headers.get("Content-Range", "").startswith(f"bytes {have}-")
        if response.status_code == 416 and response.headers.get("Content-Range") == f"bytes */{have}":
            return  # all of it was here already
        if response.status_code == 416 or (response.status_code == 206 and not resumed):
            part.restart(None)
            raise BusyError("the server has another file than before")
        _check_status(source, response)
        if not resumed:
            have = 0
            part.restart(_validator(response))
        _receive(source, response, part, have, progress)


def _receive(source: Source, response: requests.Response, part: Partial, have: int, progress: Progress) -> None:
    coming = int(response.headers["Content-Length"]) if "Content-Length" in response.headers else None
    _check_room(part.path, coming)
    progress.start(f"downloading {source.file_name}", None if coming is None else have + coming, have)
    received = 0
    with part.path.open("ab") as file:
        for block in response.iter_content(BLOCK):
            file.write(block)
            received += len(block)
            progress.advance(len(block))
    if coming is not None and received < coming:
        raise BusyError(f"{received} of {coming} bytes came")


def _check_status(source: Source, response: requests.Response) -> None:
    if response.status_code in BUSY:
        raise BusyError(f"the server answered {response.status_code} {response.reason}")
    if response.status_code >= 400:
        raise CorpusError(
            f"{source.url}: the server answered {response.status_code} {response.reason}. Open the address in a "
            "browser; if the archive has moved, download it by hand and give it with `--from FILE`."
        )


def _validator(response: requests.Response) -> str | None:
    """Something If-Range may hold: a strong ETag, or else the date."""
    tag = response.headers.get("ETag", "")
    return tag if tag and not tag.startswith("W/") else response.headers.get("Last-Modified")


def _check_room(path: Path, coming: int | None) -> None:
    free = shutil.disk_usage(path.parent).free
    if coming is not None and coming > free:
        raise CorpusError(
            f"{path.parent}: the download takes {coming / 1e6:.0f} MB more, {free / 1e6:.0f} MB are free. "
            "Make room, or link a folder you have with `--from FOLDER`."
        )


def _brief(error: Exception) -> str:
    text = str(error)
    return text if len(text) <= 160 else f"{text[:160]}..."
