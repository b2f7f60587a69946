"""How a user's error is said."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.markup import escape

from ser_tasks.errors import UserError


def complain(error: UserError) -> None:
    """Print what is wrong and how to mend it, without a traceback."""
    Console(stderr=True, soft_wrap=True, highlight=False).print(f"[bold red]Error:[/] {escape(str(error))}")


@contextmanager
def errors_as_messages() -> Iterator[None]:
    """What the user can mend, disks and permissions too, is said without a traceback; the exit status is 1."""
    try:
        yield
    except UserError as error:
        complain(error)
        sys.exit(1)
    except OSError as error:
        if error.errno is None:  # not of the operating system: a library's own
            raise
        complain(UserError(f"{error}. See that it is there, may be read and written, and that the disk has room."))
        sys.exit(1)
