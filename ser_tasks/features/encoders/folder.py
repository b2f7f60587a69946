"""Where the weights of encoders are, and what they are."""

from __future__ import annotations

from functools import lru_cache
from importlib import import_module
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ser_tasks.errors import UserError
from ser_tasks.provenance.file_digest import file_sha256

if TYPE_CHECKING:
    from ser_tasks.features.encoders.encoder import Encoder, LoadedEncoder

HOME = Path("data/encoders")
DIGESTS = "sha256.json"  # of the files, written when they were put there

_OVERRIDES: dict[str, Path] = {}  # encoder -> folder of a bundle that has its weights


def use_folder(encoder: Encoder, folder: Path) -> None:
    """Take its weights from here in this process."""
    _OVERRIDES[encoder.name] = folder


def folder_override(encoder: Encoder) -> Path | None:
    """The folder that its weights are taken from in this process, if not its own."""
    return _OVERRIDES.get(encoder.name)


def folder_of(encoder: Encoder) -> Path:
    """Where its weights lie, or would."""
    return _OVERRIDES.get(encoder.name, HOME / encoder.name)


def weights_are_here(encoder: Encoder) -> bool:
    """Whether its weights are on this machine."""
    return any((folder_of(encoder) / name).is_file() for name in encoder.family.files)


def weights_file(encoder: Encoder) -> Path:
    """The file of its weights.

    Raises:
        UserError: not on this machine
    """
    folder = folder_of(encoder)
    for name in encoder.family.files:
        if (folder / name).is_file():
            return folder / name
    raise UserError(
        f"{encoder.name}: its weights are not here ({folder} has none of {', '.join(encoder.family.files)}). "
        f"Fetch them: ser fetch-encoder {encoder.name}; or, with a folder that you have: "
        f"ser fetch-encoder {encoder.name} --from FOLDER"
    )


def deciding_facts(encoder: Encoder) -> dict[str, Any]:
    """Digest of its weights, and versions of its libraries: what decides its values beside settings and code."""
    folder, file = folder_of(encoder), weights_file(encoder)
    beside = {path.name: _digest(path) for path in sorted(folder.glob("*config.json"))}
    versions = {name: _version(name) for name in encoder.family.libraries}
    return {"weights": {file.name: _digest(file), **beside}, "versions": versions}


def weights_digest(encoder: Encoder, folder: Path) -> str:
    """SHA-256 of the weights in this folder."""
    return next(_digest(folder / name) for name in encoder.family.files if (folder / name).is_file())


def loaded(encoder: Encoder) -> LoadedEncoder:
    """The encoder with its weights, loaded once in a process.

    Raises:
        UserError: they are not here, or not those of such an encoder
    """
    file = weights_file(encoder)
    return _loaded(encoder, file.parent.resolve(), file.stat().st_mtime_ns)


@lru_cache(maxsize=2)
def _loaded(encoder: Encoder, folder: Path, changed: int) -> LoadedEncoder:
    return load(encoder, folder)


def load(encoder: Encoder, folder: Path) -> LoadedEncoder:
    """The encoder in a folder, which may be no such encoder.

    Raises:
        UserError: it is not, or its library is not installed
    """
    module, _, name = encoder.family.code.rpartition(".")
    hearing: LoadedEncoder = getattr(import_module(module), name).load(folder)
    found, expected = (hearing.n_layers, hearing.width), (encoder.layers, encoder.width)
    if found != expected and encoder.hub is not None:
        raise UserError(
            f"{folder}: {found[0]} layers of {found[1]} units, but {encoder.name} has {expected[0]} of {expected[1]}. "
            "Take the folder of that encoder, or call it own_encoder."
        )
    return hearing


def _digest(file: Path) -> str:
    """SHA-256, computed once for each state of a file in a process."""
    stat = file.stat()
    return _sha256(file.resolve(), stat.st_size, stat.st_mtime_ns)


@lru_cache(maxsize=64)
def _sha256(file: Path, size: int, changed: int) -> str:
    return file_sha256(file)


def _version(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return "none"
