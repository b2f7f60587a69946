"""All corpora that can be named: those of the table, and those that were imported on this machine."""

from collections.abc import Iterator, Mapping
from pathlib import Path

from ser_tasks.corpora.corpus import Corpus
from ser_tasks.corpora.imported import imported_corpus


class KnownCorpora(Mapping[str, Corpus]):
    """The table, and behind it every corpus described in a folder; what is imported meanwhile is found, too."""

    def __init__(self, table: Mapping[str, Corpus], imported: Path) -> None:
        """Nothing is read yet.

        Args:
            table: name -> corpus, of those that have a module
            imported: folder of the descriptions, NAME.yaml; need not be there
        """
        self.table, self.imported = table, imported

    def __getitem__(self, name: str) -> Corpus:
        """The corpus of this name.

        Raises:
            KeyError: there is none
            CorpusError: its description cannot be read
        """
        if name in self.table or name not in self._names():
            return self.table[name]
        return imported_corpus(self.imported / f"{name}.yaml")

    def __iter__(self) -> Iterator[str]:
        """Names, those of the table first."""
        yield from self.table
        yield from (name for name in self._names() if name not in self.table)

    def __len__(self) -> int:
        """How many."""
        return sum(1 for _ in self)

    def _names(self) -> list[str]:
        return sorted(path.stem for path in self.imported.glob("*.yaml"))
