"""One file of many: what was made of it, or a message of what went wrong, so that the others go on."""

from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from ser_tasks.errors import UserError

Found = TypeVar("Found")


def result_or_fault(make: Callable[[], Found], path: Path) -> Found | str:
    """The result, or a message of what went wrong, with the name of the file in it."""
    try:
        return make()
    except UserError as error:
        return str(error) if str(path) in str(error) else f"{path}: {error}"
    except OSError as error:
        return f"{path}: {error.strerror or error}. Fix its permissions or the disk, or leave it out."
    except Exception as error:  # a thousand others wait behind this file
        return f"{path}: {type(error).__name__}: {error}. This is a fault of the program: report it with the file."
