"""Why a request is refused: what the sender can mend, and what needs only patience."""

from ser_tasks.errors import UserError


class TooMuchError(UserError):
    """More bytes, files or seconds than the limits allow (413)."""


class NotSoundError(UserError):
    """A file of a kind that is not read (415)."""


class BadRequestError(UserError):
    """A request that does not say what it wants (400)."""


class TooSlowError(UserError):
    """A request that took too long to arrive (408)."""


class LaterError(UserError):
    """Nothing is wrong but the moment (503): ask again in `seconds`."""

    def __init__(self, message: str, *, seconds: int) -> None:
        super().__init__(message)
        self.seconds = seconds
