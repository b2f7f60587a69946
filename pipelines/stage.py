"""How a stage's command starts its flow: arguments in, a user's error out without a traceback."""

import os
import sys
from collections.abc import Callable

from rich.console import Console
from rich.markup import escape

from ser_tasks.errors import UserError


def complain(error: UserError) -> None:
    """Print what is wrong and how to mend it."""
    Console(stderr=True, soft_wrap=True, highlight=False).print(f"[bold red]Error:[/] {escape(str(error))}")


def run_stage(flow: Callable[..., object]) -> None:
    """Call the flow with the command line's words, and exit with 1 on an error that the user can mend."""
    os.environ.setdefault("DO_NOT_TRACK", "1")
    try:
        flow(*sys.argv[1:])
    except UserError as error:
        complain(error)
        sys.exit(1)
