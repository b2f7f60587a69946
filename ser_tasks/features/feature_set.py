"""A feature set: an extraction function and everything a store or a model must know about it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray

from ser_tasks.errors import UserError

if TYPE_CHECKING:  # for annotations alone: an edited schema leaves the digest of this code as it is
    from ser_tasks.params import Section
    from ser_tasks.provenance.code_digest import Root

Settings: TypeAlias = "Mapping[str, Section]"  # sections of params.yaml by name


class Framing(NamedTuple):
    """How the rows of a feature set lie in time, in s."""

    window: float
    hop: float


def sections_of(params: Settings, names: Sequence[str], *, reader: str) -> dict[str, Section]:
    """Exactly these sections.

    Raises:
        UserError: one of them is missing
    """
    missing = [name for name in names if name not in params]
    if missing:
        raise UserError(
            f"{reader} reads the sections {list(names)} of params.yaml, but {missing} did not arrive "
            f"(found {sorted(params)}). Pass them too."
        )
    return {name: params[name] for name in names}


def framing_of(section: str) -> Callable[..., Framing]:
    """The framing that a section states as its `window` and `hop`."""
    return lambda **sections: Framing(sections[section].window, sections[section].hop)


@dataclass(frozen=True)
class FeatureSet:
    """One entry of the table FEATURE_SETS.

    Attributes:
        name: as params.yaml and data/features/<corpus>/<name> spell it
        sections: the sections of params.yaml that `extract` and `dimensions` take, by keyword
        extract: (mono signal of shape (n_samples,), **sections) -> (n_frames, n_dims)
        dimensions: (**sections) -> the n_dims names
        framing: (**sections) -> length of the sound under one row, and from one row to the next; None: one row
            describes the whole utterance
        code: what `extract` is given to call, for whoever digests the code
        facts: what else decides the values, as the weights of an encoder
    """

    name: str
    sections: tuple[str, ...]
    extract: Callable[..., NDArray[np.floating]]
    dimensions: Callable[..., tuple[str, ...]]
    framing: Callable[..., Framing] | None
    code: tuple[Root, ...] = ()
    facts: Callable[[], Mapping[str, Any]] | None = None

    @property
    def all_code(self) -> tuple[Root, ...]:
        """Where all code is reached from that decides its values."""
        return (self.extract, *self.code)

    def settings(self, params: Settings) -> dict[str, Section]:
        """Exactly the sections this set reads.

        Raises:
            UserError: one of them is missing
        """
        return sections_of(params, self.sections, reader=f"feature set '{self.name}'")

    def names(self, params: Settings) -> tuple[str, ...]:
        """The names of the n_dims dimensions."""
        return self.dimensions(**self.settings(params))

    def __call__(self, signal: NDArray[np.float32], params: Settings) -> NDArray[np.float32]:
        """Features of one utterance, (n_samples,) -> (n_frames, n_dims)."""
        return np.asarray(self.extract(signal, **self.settings(params)), dtype=np.float32)


@dataclass(frozen=True)
class EngineFeatureSet(FeatureSet):
    """A feature set whose params name the engine that computes it. Its own fields are those of the default engine.

    Attributes:
        section: of params.yaml, whose key `engine` decides
        engines: by that key; they differ in values, code and facts alone
    """

    section: str = ""
    engines: Mapping[str, FeatureSet] = field(default_factory=dict)

    def __call__(self, signal: NDArray[np.float32], params: Settings) -> NDArray[np.float32]:
        """Features of one utterance by the engine of the params, (n_samples,) -> (n_frames, n_dims)."""
        return with_engine(self, params)(signal, params)


def by_engine(section: str, engines: Mapping[str, FeatureSet]) -> EngineFeatureSet:
    """One feature set of several engines, the default one first."""
    default = next(iter(engines.values()))
    return EngineFeatureSet(**vars(default), section=section, engines=engines)


def renamed(features: FeatureSet, name: str) -> FeatureSet:
    """The same feature set, its engines included, under another name: that of its own section of params.yaml, too."""
    if isinstance(features, EngineFeatureSet):
        return by_engine(name, {engine: renamed(own, name) for engine, own in features.engines.items()})

    def original(sections: Mapping[str, Any]) -> dict[str, Any]:
        return {features.name if key == name else key: section for key, section in sections.items()}

    framing = features.framing
    return FeatureSet(
        name,
        tuple(name if section == features.name else section for section in features.sections),
        extract=lambda signal, **sections: features.extract(signal, **original(sections)),
        dimensions=lambda **sections: features.dimensions(**original(sections)),
        framing=framing and (lambda **sections: framing(**original(sections))),
        code=features.all_code,
        facts=features.facts,
    )


def with_engine(features: FeatureSet, params: Settings) -> FeatureSet:
    """The feature set as these params have it computed: what to take code and facts from.

    Raises:
        UserError: the section that names the engine is missing
    """
    if not isinstance(features, EngineFeatureSet):
        return features
    settings: Mapping[str, Any] = features.settings(params)
    return features.engines[settings[features.section].engine]
