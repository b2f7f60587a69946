"""What `ser verify` found out about one result."""

from dataclasses import dataclass, field

from pipelines.evaluations.verify_rows import Recorded
from ser_tasks.evaluation.reproduction import Differences
from ser_tasks.params import VerifyParams


@dataclass
class Verdict:
    """One row, looked at."""

    row: Recorded
    differs: list[str] = field(default_factory=list)  # between what is recorded and what is here
    libraries: list[str] = field(default_factory=list)  # of other versions; computing it again shows what that does
    unchecked: list[str] = field(default_factory=list)  # what could not be held against anything, and why
    notes: list[str] = field(default_factory=list)  # worth knowing, no fault
    answers: int | None = None  # predictions that give the figures
    close: float | None = None  # root mean square difference of posteriors from the recorded, if near enough
    again: Differences | None = None  # after computing it afresh
    tolerances: VerifyParams | None = None  # that it was held to

    @property
    def failed(self) -> bool:
        """Something is not as recorded; what could not be checked is another matter."""
        if self.again is None:
            return bool(self.differs or self.libraries)
        return bool(self.differs or self.again.beyond)

    @property
    def in_a_word(self) -> str:
        """For the line of the row."""
        if self.again is not None:
            if self.again.beyond:
                return "NOT reproduced"
            word = "reproduced" if self.again.exact else "reproduced within tolerance"
            return f"{word}, but differs" if self.differs else word
        if self.failed:
            return "differs"
        if self.row.provenance is None:
            return "no provenance"
        if self.unchecked:
            return "not checked in full"
        return "matches" if self.close is None else "matches within tolerance"
