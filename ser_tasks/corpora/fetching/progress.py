"""Progress of a long fetch: the command line draws a bar, a notebook stays silent."""

from typing import Protocol


class Progress(Protocol):
    """Receives the steps of a fetch."""

    def start(self, step: str, total: int | None, done: int = 0) -> None:
        """A new step of `total` bytes or files, `done` of them already there; None: not known."""

    def advance(self, amount: int) -> None:
        """So much more of the current step is done."""

    def note(self, text: str) -> None:
        """A sentence the user should see."""


class Silent:
    """Tells nobody."""

    def start(self, step: str, total: int | None, done: int = 0) -> None:
        """Ignored."""

    def advance(self, amount: int) -> None:
        """Ignored."""

    def note(self, text: str) -> None:
        """Ignored."""
