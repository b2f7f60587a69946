"""What the set-up installs is what the lock files say, and nothing is looked up."""

import re
from pathlib import Path

import pytest

PROJECT = Path(__file__).parents[1]
USE, ALL, UV = (PROJECT / f"requirements{part}.lock" for part in ("", "-dev", "-uv"))
PIN = re.compile(r"^([A-Za-z0-9._-]+)==(\S+?)(?: ;([^\\]*))?\s*\\?$", re.MULTILINE)


def pins(file: Path) -> set[tuple[str, str, str]]:
    return {(name, version, marker.strip()) for name, version, marker in PIN.findall(file.read_text(encoding="utf-8"))}


def test_what_using_takes_is_part_of_everything_with_the_same_versions():
    assert len(pins(USE)) > 200
    assert pins(USE) < pins(ALL)
    assert pins(UV) < pins(ALL)


@pytest.mark.parametrize("file", [USE, ALL, UV], ids=lambda file: file.name)
def test_every_pin_has_a_checksum_and_no_address(file):
    blocks = re.split(r"^(?=[A-Za-z0-9])", file.read_text(encoding="utf-8"), flags=re.MULTILINE)
    assert all("--hash=sha256:" in block for block in blocks if "==" in block)
    assert "://" not in "".join(blocks)


def test_numbers_come_from_the_same_libraries_on_every_python():
    numeric = {name: [version for own, version, _ in pins(ALL) if own == name] for name in ("numpy", "scipy")}
    assert all(len(versions) == 1 for versions in numeric.values()), numeric


def test_no_install_resolves_anything():
    text = "\n".join((PROJECT / name).read_text(encoding="utf-8") for name in ("Makefile", "Dockerfile"))
    lines = text.replace("\\\n", " ").splitlines()
    installs = [line for line in lines if re.search(r"pip (install|sync)", line)]
    assert len(installs) >= 4
    for line in installs:
        assert "pip sync" in line or "--no-deps" in line, line
        assert "--require-hashes" in line or "--editable ." in line, line
