"""What stops an import."""

import shlex

from ser_tasks.errors import UserError


class SourceError(UserError):
    """The source leaves something open, or contradicts itself; the message ends with the words that mend it."""


def option(*words: str) -> str:
    """Words of a command line, quoted where a shell needs it."""
    return shlex.join(words)
