"""Stage `utterances`: from the files of a corpus to its table of utterances."""

from prefect import flow

from pipelines import places
from pipelines.settings import project_params
from pipelines.workers import task_runner
from ser_tasks.corpora import CORPORA
from ser_tasks.corpora.reading import assemble, describe
from ser_tasks.tasks import decode_files
from ser_tasks.utterances import write_utterances

FILES_PER_TASK = 200


@flow(name="utterances", flow_run_name="{corpus}")
def utterances(corpus: str) -> None:
    """Names first, then every file decoded once and held against the manifest, then the table."""
    declared, root = CORPORA[corpus], places.corpus_root(corpus)
    named, entries = describe(declared, root, places.manifest(corpus))
    parts = [entries[i : i + FILES_PER_TASK] for i in range(0, len(entries), FILES_PER_TASK)]
    sounds = [decode_files.submit(root, part) for part in parts]
    table = assemble(declared, named, [sound for part in sounds for sound in part.result()])
    write_utterances(table, places.utterances(corpus))


def main(corpus: str) -> None:
    """The flow with the workers that params.yaml asks for."""
    utterances.with_options(task_runner=task_runner(project_params().workers))(corpus)
