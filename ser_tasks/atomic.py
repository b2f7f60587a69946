"""Write a file whole or not at all."""

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def atomic_path(target: Path) -> Iterator[Path]:
    """A temporary path beside `target` that takes its place when the block ends well.

    On an exception the temporary file or folder is removed and `target` is left as it was.
    """
    target.parent.mkdir(parents=True, exist_ok=True)
    scratch = Path(tempfile.mkdtemp(prefix=f".{target.name}.", dir=target.parent))
    try:
        temporary = scratch / target.name
        yield temporary
        if target.is_dir() and not target.is_symlink():  # a folder cannot be replaced by a rename, a file can
            target.rename(scratch / "before")
        temporary.replace(target)
    finally:
        shutil.rmtree(scratch, ignore_errors=True)
