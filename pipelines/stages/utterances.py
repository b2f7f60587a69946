"""Stage `utterances`: from the files of a corpus to its table of utterances."""

import json

from pipelines import paths
from pipelines.known_corpora import CORPORA
from pipelines.settings import project_params
from ser_tasks.atomic import atomic_path
from ser_tasks.corpora.reading import assemble, describe
from ser_tasks.corpora.utterances import declaration, write_utterances
from ser_tasks.engine import flow
from ser_tasks.tasks import decode_files

FILES_PER_TASK = 200


@flow("utterances", run_name="{corpus}")
def utterances(corpus: str) -> None:
    """Names first, then every file decoded once and held against the manifest, then the table."""
    declared, root = CORPORA[corpus], paths.corpus_root(corpus)
    named, entries = describe(declared, root, paths.manifest(corpus))
    parts = [entries[i : i + FILES_PER_TASK] for i in range(0, len(entries), FILES_PER_TASK)]
    sounds = [decode_files.submit(root, part) for part in parts]
    table = assemble(declared, named, [sound for part in sounds for sound in part.result()])
    write_utterances(table, paths.utterances(corpus))
    with atomic_path(paths.declaration(corpus)) as temporary:
        temporary.write_text(json.dumps(declaration(declared), indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


def main(corpus: str) -> None:
    """The flow with the workers that params.yaml sets."""
    utterances.on(project_params().workers)(corpus)
