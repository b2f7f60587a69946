"""The recipe of the image and the compose file, as far as they can be held against the project without an engine."""

import re
import shlex
from fnmatch import fnmatch
from pathlib import Path

import pytest
import typer
import yaml

from pipelines.cli import cli

PROJECT = Path(__file__).parents[2]
RECIPE = (PROJECT / "Dockerfile").read_text(encoding="utf-8").replace("\\\n", " ")
SERVICES = yaml.safe_load((PROJECT / "compose.yaml").read_text(encoding="utf-8"))["services"]


def instructions(name: str) -> list[str]:
    return re.findall(rf"^{name} +(.*)$", RECIPE, flags=re.MULTILINE)


def copied() -> list[str]:
    """What the recipe takes from the checkout."""
    words = [shlex.split(line) for line in instructions("COPY") if "--from" not in line]
    return [word for line in words for word in line[:-1] if not word.startswith("--")]


def test_base_images_are_pinned_by_version_and_named_without_a_host():
    images = instructions("FROM") + [service["image"] for service in SERVICES.values()]
    assert all(re.match(r"[a-z]+:\d+\.\d+[\w.-]*( AS \w+)?$", image) for image in images)


def test_packages_come_from_lock_files_with_hashes():
    installs = [line for line in instructions("RUN") if "pip install" in line]
    assert all("--require-hashes" in line or "--no-deps" in line for line in installs)
    pins = re.findall(r"^[\w\[\]-]+==", (PROJECT / "containers/postgres.lock").read_text(), flags=re.MULTILINE)
    hashed = re.findall(
        r"^[\w\[\]-]+==.*\\\n +--hash", (PROJECT / "containers/postgres.lock").read_text(), re.MULTILINE
    )
    assert len(pins) == len(hashed) > 0


def test_everything_that_is_copied_exists_and_reaches_the_builder():
    ignored = (PROJECT / ".dockerignore").read_text(encoding="utf-8").splitlines()
    let_through = {line.removeprefix("!") for line in ignored if line.startswith("!")}
    for name in copied():
        assert (PROJECT / name).exists()
        assert name.split("/")[0] in let_through
    assert not any(fnmatch("data", name) or fnmatch(".git", name) for name in let_through)


def test_nothing_runs_as_root():
    assert instructions("USER") == ["ser"]
    assert all(service.get("user") != "root" for service in SERVICES.values())


def test_every_ser_command_in_them_exists_with_its_options():
    commands = typer.main.get_command(cli).commands
    lines = [yaml.safe_load(line) for line in instructions("CMD") if "ser" in line]
    lines += [service["command"] for service in SERVICES.values() if service.get("command", [""])[0] == "ser"]
    assert len(lines) == 3
    for _, name, *options in lines:
        known = {option for param in commands[name].params for option in param.opts}
        assert {option for option in options if option.startswith("--")} <= known


def test_ports_are_published_on_this_machine_alone():
    assert all(port.startswith("127.0.0.1:") for service in SERVICES.values() for port in service.get("ports", []))


@pytest.mark.parametrize("name", ["serve", "app"])
def test_services_can_write_into_memory_alone(name):
    assert SERVICES[name]["read_only"]
    assert SERVICES[name]["tmpfs"] == ["/tmp"]
    assert all(volume.endswith(":ro") for volume in SERVICES[name]["volumes"])
