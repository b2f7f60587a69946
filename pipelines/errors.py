"""How the errors of a user are reported."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.markup import escape

from ser_tasks.errors import UserError


def report_error(error: UserError) -> None:
    """Print what is wrong and how to fix it, without a traceback."""
    Console(stderr=True, soft_wrap=True, highlight=False).print(f"[bold red]Error:[/] {escape(str(error))}")


@contextmanager
def errors_as_messages() -> Iterator[None]:
    """Report what the user can fix, disks and permissions too, without a traceback; the exit status is 1."""
    try:
        yield
    except UserError as error:
        report_error(error)
        sys.exit(1)
    except OSError as error:
        if error.errno is None:  # not of the operating system: a library's own
            raise
        report_error(UserError(f"{error}. See that it is there, may be read and written, and that the disk has room."))
        sys.exit(1)
