"""Damage to the bytes of a file, as disks, networks and programs do it."""

from collections.abc import Callable

import numpy as np

Damage = Callable[[bytes, np.random.Generator], bytes]


def cut(content: bytes, rng: np.random.Generator) -> bytes:
    """The end is gone."""
    return content[: int(rng.integers(0, len(content)))]


def changed(content: bytes, rng: np.random.Generator) -> bytes:
    """Some bytes are others, half of the time in the header."""
    spoilt = bytearray(content)
    within = len(content) if rng.random() < 0.5 else min(len(content), 256)
    for place in rng.integers(0, within, rng.integers(1, 17)):
        spoilt[place] = int(rng.integers(256))
    return bytes(spoilt)


def inserted(content: bytes, rng: np.random.Generator) -> bytes:
    """Bytes came in between."""
    place = int(rng.integers(0, len(content)))
    return content[:place] + rng.bytes(int(rng.integers(1, 65))) + content[place:]


def removed(content: bytes, rng: np.random.Generator) -> bytes:
    """A stretch is missing in the middle."""
    place = int(rng.integers(0, len(content)))
    return content[:place] + content[place + int(rng.integers(1, 4_097)) :]


def zeroed(content: bytes, rng: np.random.Generator) -> bytes:
    """A block of the disk was never written."""
    place, length = int(rng.integers(0, len(content))), int(rng.integers(1, 4_097))
    return content[:place] + bytes(min(length, len(content) - place)) + content[place + length :]


def doubled(content: bytes, rng: np.random.Generator) -> bytes:
    """The beginning of the file stands behind it once more."""
    return content + content[: int(rng.integers(1, len(content) + 1))]


DAMAGE: dict[str, Damage] = {damage.__name__: damage for damage in (cut, changed, inserted, removed, zeroed, doubled)}


def spoilt(content: bytes, rng: np.random.Generator) -> tuple[str, bytes]:
    """One kind of damage, by chance, and the file with it."""
    name = str(rng.choice(list(DAMAGE)))
    return name, DAMAGE[name](content, rng)
