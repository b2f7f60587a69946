"""Section on evaluations across corpora."""

from typing import Annotated

from pydantic import Field, model_validator

from ser_tasks.params.base import Name, Once, Section


class CrossParams(Section):
    """Trained on all of some corpora, tested on all of another, on the classes that they share."""

    train: Annotated[tuple[Name, ...], Once, Field(min_length=1)]  # corpora to train on
    test: Name  # corpus to test on, all of it
    model: Name  # of the model table
    presets: dict[Name, Name]  # corpus -> its label map, where it is another than under corpus:
    corpus_norm: bool  # features z-scored over each corpus' own unlabelled audio, the tested one's too

    @model_validator(mode="after")
    def _apart(self) -> "CrossParams":
        if self.test in self.train:
            raise ValueError(f"{self.test} is tested, so it cannot be trained on. Take it out of train")
        if strange := sorted(set(self.presets) - {*self.train, self.test}):
            raise ValueError(f"presets names {', '.join(strange)}, which takes no part. Take it out")
        return self
