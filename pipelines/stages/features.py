"""Stage `features`: one feature set of one corpus, shard by shard."""

from rich.markup import escape

from pipelines import paths
from pipelines.display.tables import CONSOLE
from pipelines.settings import feature_params, project_params
from ser_tasks.corpora.utterances import read_utterances
from ser_tasks.engine import flow
from ser_tasks.features.store import clips_without_speech, plan_shards, prune
from ser_tasks.params import Params
from ser_tasks.tasks import extract_shard

NAMED = 5  # utterances in a message


@flow("features", run_name="{corpus} {feature_set}")
def features(corpus: str, feature_set: str, params: Params) -> None:
    """Compute the shards that are missing, drop those that no longer belong."""
    folder = paths.features(corpus, feature_set)
    shards = plan_shards(
        read_utterances(paths.utterances(corpus)),
        feature_set,
        feature_params(params),
        shard_minutes=params.store.shard_minutes,
    )
    extracted = [extract_shard.submit(shard, paths.corpus_root(corpus), folder) for shard in shards]
    for shard in extracted:
        shard.result()
    prune(folder, shards)
    tell_of_silence(corpus, clips_without_speech(folder), sum(len(shard.clips) for shard in shards))


def tell_of_silence(corpus: str, silent: list[str], total: int) -> None:
    """Say which utterances trimming left as they were."""
    if silent:
        named = escape(", ".join(silent[:NAMED])) + (" ..." if len(silent) > NAMED else "")
        CONSOLE.print(
            f"[yellow]{corpus}: conditioning.trim heard no speech in {len(silent)} of {total} utterances and kept them "
            f"whole: {named}. Listen to them, or lower conditioning.trim.aggressiveness.[/]"
        )


def main(corpus: str, feature_set: str) -> None:
    """The flow with the workers that params.yaml sets."""
    params = project_params()
    features.on(params.workers)(corpus, feature_set, params)
