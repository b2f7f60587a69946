"""What a corpus declares of itself, as data: evaluations depend on it, and not on the text of its module."""

from typing import Any

from ser_tasks.corpora.corpus import Corpus, Preset
from ser_tasks.provenance.code_digest import code_digest


def declaration(corpus: Corpus) -> dict[str, Any]:
    """Ready for JSON: what results, bundles and cards take from the declaration of a corpus.

    Two declarations are equal where nothing differs that a result may depend on: a comment in the corpus' module, or a
    new line in its parser, leaves it as it is. A split that is code stands here as the digest of that code.
    """
    return {
        "name": corpus.name,
        "kind": corpus.kind,
        "speakers_known": corpus.speakers_known,
        "language": corpus.language,
        "title": corpus.title,
        "licence": corpus.licence,
        "citation": corpus.citation,
        "presets": {name: _preset(preset) for name, preset in corpus.presets.items()},
    }


def _preset(preset: Preset) -> dict[str, Any]:
    return {
        "description": preset.description,
        "classes": dict(preset.classes),
        "styles": None if preset.styles is None else list(preset.styles),
        "split": None if preset.split is None else code_digest(preset.split),
    }
