"""All that the sections of one chapter are made from: one comparison, and what is known of its utterances."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any

from ser_tasks.evaluation.comparison.groups import SPEAKER, Level, levels, quarters
from ser_tasks.evaluation.comparison.ties import Standing, standing
from ser_tasks.evaluation.comparison.verdict import in_words, verdict

if TYPE_CHECKING:
    import pandas as pd

    from pipelines.report.settings import ComparisonParams
    from ser_tasks.corpora.corpus import Corpus
    from ser_tasks.evaluation.comparison.rows import Comparison, Row

SPEAKERS_SHOWN = 40
PROTOCOLS = {
    "loso": "leave one speaker out",
    "speaker_folds": "published folds of speakers",
    "speaker_kfold": "folds of speakers",
    "speaker_pairs": "every male and female speaker left out together",
    "leave_session_out": "leave one session out",
    "official": "official split",
    "emobox_folds": "EmoBox's folds",
    "speaker_dependent": "random folds, speakers in the training set",
}


@dataclass(frozen=True)
class Block:
    """One comparison with what surrounds it.

    Attributes:
        corpus: as its module declares it
        comparison: rows that are comparable
        dependent: of the same classes under random folds, by model
        utterances: the utterance table, by id; empty if it is not here
        snr: estimates in dB, by id; None if the audio is not here
        params: how intervals are made and calibration is shown
        clips: data URIs by utterance id
        clips_note: why there are clips, or none
        extra: figures of other commands by the name of their files, each by model: inflation, robustness
        outdated: models that are left out, since their predictions are of other labels
    """

    corpus: Corpus
    comparison: Comparison
    dependent: Mapping[str, Mapping[str, Any]]
    utterances: pd.DataFrame
    snr: pd.Series | None
    params: ComparisonParams
    clips: Mapping[str, str] = field(default_factory=dict)
    clips_note: str = ""
    extra: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    outdated: Sequence[str] = ()

    @property
    def rows(self) -> tuple[Row, ...]:
        """Rows that are ranked, then those that are not."""
        return self.comparison.ranked + self.comparison.adapted

    @property
    def predicted(self) -> tuple[Row, ...]:
        """Rows whose predictions are on this machine."""
        return tuple(row for row in self.rows if row.answers is not None)

    @property
    def classes(self) -> tuple[str, ...]:
        """In the order of the posteriors."""
        return self.comparison.classes

    @cached_property
    def speakers(self) -> dict[str, str]:
        """Utterance id -> speaker."""
        return self._known("speaker")

    @property
    def tested(self) -> int:
        """Number of test utterances."""
        folds = self.rows[0].result["folds"]
        return sum(fold["test_utterances"] for fold in folds if fold["seed"] == folds[0]["seed"])

    @property
    def tested_speakers(self) -> int:
        """Number of test speakers; all speakers of the corpus if the predictions are not here."""
        if not self.predicted:
            return int(self.rows[0].result["speakers"])
        return len({self.speakers[name] for name in self.predicted[0].answers.utterance_id})  # type: ignore[union-attr]

    @cached_property
    def standing(self) -> Standing | None:
        """Tests of the ranked models."""
        ranked = self.comparison.ranked
        return standing(ranked, self.speakers, self.params.evaluation) if ranked else None

    @cached_property
    def adapted_standing(self) -> Standing | None:
        """Tests of the models that need a speaker's audio first."""
        adapted = self.comparison.adapted
        return standing(adapted, self.speakers, self.params.evaluation) if adapted else None

    @cached_property
    def verdict(self) -> list[str]:
        """Which model to use, in sentences."""
        synthetic = self.corpus.kind == "synthetic"
        title = f"the {self.name.lower()}" if synthetic else self.name
        usual = self.comparison.protocol == "speaker_independent"
        sentences = verdict(self.comparison, self.standing, title if usual else f"{title} ({self.protocol})")
        if self.outdated:
            sentences.append(
                f"Not compared: {in_words(self.outdated)}. Their predictions and figures are of labels that the corpus "
                f"had before: ser verify {self.comparison.corpus} names what changed; ser evaluate, for an ensemble "
                "ser repro, makes them anew."
            )
        return sentences + ["Synthetic speech: this says nothing about people."] * synthetic

    @property
    def name(self) -> str:
        """Short name of the corpus."""
        return self.corpus.title.split(":")[0].split(" (")[0]

    @property
    def protocol(self) -> str:
        """In words."""
        kind = self.comparison.protocol_kind
        trained = "trained " if kind.startswith("from ") else ""  # across corpora
        return PROTOCOLS.get(kind, trained + kind.replace("_", " "))

    @property
    def title(self) -> str:
        """Corpus, classes, protocol."""
        return f"{self.name} · {len(self.classes)} emotions · {self.protocol}"

    def found_by(self, kind: str) -> dict[str, Any]:
        """Results of another command for these models and classes, in the order of the models."""
        known = self.extra.get(kind, {})
        own = {row.name: known[row.name] for row in self.rows if row.name in known}
        return {model: found for model, found in own.items() if found["preset"] == self.comparison.preset}

    def mark(self, row: Row) -> str:
        """Best, tied, worse, not tested; or adapted."""
        if row.needs_test_speakers:
            return "adapted"
        return self.standing.mark(row.name) if self.standing else "not tested"

    @cached_property
    def factors(self) -> dict[str, dict[str, str]]:
        """By name, utterance id -> level, of what is known of the tested utterances."""
        ids = [] if not self.predicted else list(self.predicted[0].answers.utterance_id)  # type: ignore[union-attr]
        table = self.utterances.reindex(ids)
        found: dict[str, dict[str, str]] = {}
        for factor in ("gender", "intensity", "style", SPEAKER):
            level_of = table[factor].dropna().astype(str) if factor in table else table.index.to_series()[:0]
            if level_of.nunique() > 1 and (factor != SPEAKER or level_of.nunique() <= SPEAKERS_SHOWN):
                found[factor] = {str(name): level for name, level in level_of.sort_values(kind="stable").items()}
        if "duration" in table:
            found["duration"] = quarters(table.duration.astype(float), "s")
        if self.snr is not None:
            found["estimated SNR"] = quarters(self.snr.reindex(ids).astype(float), "dB")
        return {factor: found[factor] for factor in sorted(found, key=lambda name: name == SPEAKER) if found[factor]}

    @cached_property
    def levels(self) -> list[Level]:
        """UAR by group of the first model whose predictions are here."""
        if not self.predicted:
            return []
        answers = self.predicted[0].answers
        assert answers is not None
        return levels(answers, self.factors, self.speakers, self.classes, self.params.evaluation)

    def _known(self, column: str) -> dict[str, str]:
        if column not in self.utterances:
            return {}
        return {str(name): str(value) for name, value in self.utterances[column].dropna().items()}
