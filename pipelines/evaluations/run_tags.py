"""Which code, data and parameters a number came from."""

import hashlib
import subprocess
from collections.abc import Mapping
from pathlib import Path

from pipelines import paths
from ser_tasks.errors import UserError
from ser_tasks.features.audio_text import feature_sets
from ser_tasks.features.feature_table import features_digest
from ser_tasks.provenance.content_digest import utterances_digest
from ser_tasks.provenance.versions import circumstances
from ser_tasks.text.transcripts import OF_WORDS, RECOGNISED


def provenance() -> dict[str, str]:
    """Git commit, whether the tree differs from it, digests of dvc.lock and requirements.lock, and the machine."""
    return {
        "git.commit": git("rev-parse", "HEAD") or "none",
        "git.branch": git("rev-parse", "--abbrev-ref", "HEAD") or "none",
        "git.dirty": str(bool(git("status", "--porcelain", "--untracked-files=no"))).lower(),
        "dvc.lock": file_digest(Path("dvc.lock")),
        "requirements.lock": file_digest(Path("requirements.lock")),
        **circumstances(),
    }


def features_of(corpus: str, feature_set: str) -> tuple[Path, str]:
    """Where a model finds what it reads, and a digest of it: a folder of features, or for words a table.

    Of sound together with words, the folder, and a digest of both.

    Raises:
        UserError: the corpus has not been transcribed yet
    """
    sound, *words = feature_sets(feature_set)
    if words:
        digests = {name: features_of(corpus, name)[1] for name in (sound, *words)}
        return paths.features(corpus, sound), digest_of(digests)
    if feature_set in OF_WORDS:
        table = paths.heard(corpus) if feature_set == RECOGNISED else paths.utterances(corpus)
        if feature_set == RECOGNISED and not table.exists():
            raise UserError(
                f"{table}: no such table of recognised words. Run the stage that makes it: "
                f"ser repro transcripts@{corpus}"
            )
        return table, file_digest(table) if feature_set == RECOGNISED else utterances_digest(table)
    folder = paths.features(corpus, feature_set)
    return folder, features_digest(folder)


def file_digest(path: Path) -> str:
    """SHA-256 of a file's bytes, or `none`."""
    return hashlib.sha256(path.read_bytes()).hexdigest() if path.exists() else "none"


def digest_of(values: Mapping[str, str]) -> str:
    """One digest for several named ones."""
    return hashlib.sha256(repr(sorted(values.items())).encode()).hexdigest()


def git(*words: str) -> str:
    """The output of git, empty if it fails."""
    try:
        return subprocess.run(["git", *words], capture_output=True, text=True, check=True).stdout.strip()
    except (OSError, subprocess.CalledProcessError):
        return ""
