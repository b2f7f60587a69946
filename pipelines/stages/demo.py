"""Stage `demo`: make the synthetic corpus."""

from pipelines import paths
from pipelines.known_corpora import CORPORA
from pipelines.settings import project_params
from ser_tasks.atomic import atomic_path
from ser_tasks.corpora.manifest import write_manifest
from ser_tasks.engine import flow
from ser_tasks.params import Params
from ser_tasks.tasks import make_speaker


@flow("demo")
def demo(params: Params) -> None:
    """Synthesise every utterance, and write the manifest."""
    root = paths.corpus_root("demo")
    with atomic_path(root) as folder:
        folder.mkdir()
        speakers = [make_speaker.submit(folder, speaker, params.demo) for speaker in range(params.demo.speakers)]
        for speaker in speakers:
            speaker.result()
    write_manifest(CORPORA["demo"], root, paths.manifest("demo"))


def main() -> None:
    """The flow with the workers that params.yaml sets."""
    params = project_params()
    demo.on(params.workers)(params)
