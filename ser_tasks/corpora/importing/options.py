"""Options of `ser import`: kept in the description of the corpus, so that nothing has to be given twice."""

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, NonNegativeFloat, PositiveFloat

ROLES = (
    *("path", "emotion", "speaker", "gender", "transcript", "start", "end", "duration", "language", "split", "session"),
    *("group", "turn", "intensity", "valence", "activation", "dominance", "rater", "votes", "channel"),
)
TIMES = ("start", "end", "duration")
SCALES = ("valence", "activation", "dominance")
UNITS = ("s", "ms", "samples")  # of times, that an option names
NONE = "none"  # as a column: no column has this role; as the folder of the sounds: there are none
UNLABELLED = "no label"  # the label of every row where ratings stand alone: it has no class
DROP = "drop"  # as a class: utterances of this label are left out
Unusable = Literal["missing", "unreadable", "unmatched", "speakerless", "segments"]  # refused, or left out by --drop
Protocol = Literal["official", "loso", "speaker_kfold", "leave_session_out"]
Unit = Literal["s", "ms", "samples"]
Part = Literal["train", "validation", "test", "drop"]
Speakers = Literal["unknown", "join", "apart"]  # nobody knows them; codes spelt alike are one, or are several
Votes = Literal["majority", "keep"]  # the class with most votes; that, and every vote in the table
Kind = Literal["acted", "natural", "synthetic"]
Length = Annotated[PositiveFloat, Field(allow_inf_nan=False)]
Delay = Annotated[NonNegativeFloat, Field(allow_inf_nan=False)]


class ImportOptions(BaseModel):
    """Options of one import; None: not given."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    path: str  # of what is imported
    audio: str | None = None  # folder that the paths in it begin at; NONE: there is no sound
    column: dict[str, str] = {}  # role -> column; of the emotion several, with commas
    label: dict[str, str] = {}  # as the source spells it -> class, or DROP
    split: dict[str, Part] = {}  # part as the source spells it -> part, or DROP
    pattern: str | None = None  # of the paths, with {speaker} {emotion} ...
    speakers: Speakers | None = None
    votes: Votes | None = None
    protocol: Protocol | None = None
    times: Unit | None = None  # of start, end and duration
    scale: str | None = None  # of valence, activation and dominance: LOWEST:HIGHEST
    windows: Length | None = None  # s: of traces of ratings over time, the length of an utterance
    delay: Delay | None = None  # s: by which their raters react later
    encoding: str | None = None  # of a table of text
    drop: tuple[Unusable, ...] = ()
    table: tuple[str, ...] = ()  # of an audformat database
    unpack: str | None = None  # folder that sounds inside of a data set are written to
    title: str | None = None
    kind: Kind | None = None
    language: str | None = None
    licence: str | None = None
    citation: str | None = None

    @property
    def words_alone(self) -> bool:
        """Whether there is no sound."""
        return self.audio == NONE

    def over(self, before: "ImportOptions") -> "ImportOptions":
        """These options, and earlier ones that are not given anew; single columns, labels and parts are kept, too."""
        values = {key: value for key, value in self if value not in (None, {}, ())}
        pairs = ("column", "label", "split")
        both: dict[str, Any] = {key: {**getattr(before, key), **getattr(self, key)} for key in pairs}
        return before.model_copy(update=values | both)

    def stated(self) -> dict[str, Any]:
        """Options that were given, ready for YAML."""
        values = {key: list(value) if isinstance(value, tuple) else value for key, value in self}
        return {key: value for key, value in values.items() if value not in (None, {}, [])}
