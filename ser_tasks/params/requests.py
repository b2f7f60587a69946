"""Limits of requests to `ser app` and `ser serve`."""

from typing import Annotated

from pydantic import Field, PositiveFloat, PositiveInt

from ser_tasks.params.base import Section

MEGABYTE = 1_000_000


class RequestParams(Section):
    """Bounds of memory and time: what lies beyond is an error before it is read or decoded."""

    megabytes: PositiveFloat  # of one request, all its files together
    seconds: PositiveFloat  # of sound in one file
    timeline_seconds: PositiveFloat  # of sound in a longer file, of which the page shows a timeline
    files: PositiveInt  # in one request
    at_once: PositiveInt  # requests that are computed side by side
    waiting: Annotated[int, Field(ge=0)]  # requests that may wait for them; the next one is asked to come again
    upload_seconds: PositiveFloat  # in which a request must have arrived
    forget_seconds: PositiveInt  # after which the page forgets a recording that was sent and never asked about

    @property
    def most_bytes(self) -> int:
        """Of one request."""
        return round(self.megabytes * MEGABYTE)
