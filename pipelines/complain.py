"""How a user's error is said."""

from rich.console import Console
from rich.markup import escape

from ser_tasks.errors import UserError


def complain(error: UserError) -> None:
    """Print what is wrong and how to mend it, without a traceback."""
    Console(stderr=True, soft_wrap=True, highlight=False).print(f"[bold red]Error:[/] {escape(str(error))}")
