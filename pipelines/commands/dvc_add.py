"""Put a file under DVC's version control, if this folder is."""

import subprocess
import sys
from pathlib import Path

from ser_tasks.errors import UserError


def dvc_add(path: Path) -> str:
    """Run `dvc add`, and say what became of it.

    Raises:
        UserError: DVC refuses
    """
    if not any((folder / ".dvc").is_dir() for folder in (Path.cwd(), *Path.cwd().parents)):
        return f"{path}: not tracked by DVC, because this folder is not a DVC project"
    command = [sys.executable, "-m", "dvc", "add", "--quiet", str(path)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise UserError(
            f"{path}: `dvc add` failed: {done.stderr.strip() or done.stdout.strip()} "
            f"The corpus is in place; mend this and run `dvc add {path}`."
        )
    return f"{path}: tracked by DVC; commit {path}.dvc to keep this version"
