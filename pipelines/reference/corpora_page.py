"""Every corpus that the project can parse."""

from pathlib import Path

from pipelines.reference.markdown import code, plain, table
from ser_tasks.corpora import CORPORA
from ser_tasks.corpora.corpus import Corpus

HEAD = """# Corpora

Those that can be parsed; `ser corpora` says which are on this machine. Each has a licence of its own: read it first.

"""


def corpora_page(project: Path) -> str:
    """A table of all, then one paragraph each; nothing is read from the project's folder."""
    rows = [
        (f"[{name}](#{name})", plain(corpus.title), corpus.kind, corpus.language, plain(corpus.size))
        for name, corpus in CORPORA.items()
    ]
    overview = table(("name", "is", "kind", "language", "size"), rows)
    return "\n".join([HEAD, overview, *(_corpus(corpus) for corpus in CORPORA.values())])


def _corpus(corpus: Corpus) -> str:
    presets = table(
        ("preset", "is", "classes"),
        (
            (code(name), plain(preset.description), ", ".join(sorted(set(preset.classes.values()))))
            for name, preset in corpus.presets.items()
        ),
    )
    facts = {
        "Licence": corpus.licence,
        "Cite": corpus.citation,
        "To get it": corpus.how_to_get,
        "File names": corpus.pattern,
    }
    said = "".join(f"- {what}: {plain(text)}\n" for what, text in facts.items() if text)
    return f"## {corpus.name}\n\n{plain(corpus.title)}.\n\n{said}\n{presets}"
