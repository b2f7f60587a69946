"""Each network: parameters, seconds of an epoch, memory; and the same epoch by `keras.Model.fit` with its defaults.

    python -m benchmarks.networks emodb
    python -m benchmarks.networks emodb residual_cnn mlp
    python -m benchmarks.networks emodb --beside FOLDER   # a checkout of another commit, epoch by epoch in turn

Needs the features of the corpus (`dvc repro features@emodb-log_mel` and so on). Every network has a process of its own,
whose highest memory is stated, and both ways train in it one after the other: the first fold, the first epoch not
counted.
"""

import json
import resource
import subprocess
import sys
import time
from pathlib import Path

import numpy as np

from benchmarks import epochs
from pipelines import paths
from pipelines.evaluations.plan import protocol_section
from pipelines.known_corpora import CORPORA
from pipelines.settings import project_params
from ser_tasks.corpora.labels import apply_preset
from ser_tasks.corpora.utterances import read_utterances
from ser_tasks.evaluation.scoring import Labels
from ser_tasks.evaluation.splits import make_folds
from ser_tasks.features.feature_table import read_features
from ser_tasks.models import MODELS
from ser_tasks.models.network import NetworkRecogniser
from ser_tasks.models.recogniser import Examples

EPOCHS = 3
NETWORKS = [name for name, model in MODELS.items() if model.group == model.feature_set]


def first_fold(corpus: str, model: str) -> Examples:
    """The training part of the first speaker-independent fold."""
    params = project_params()
    preset = CORPORA[corpus].presets[params.corpus[corpus].preset]
    utterances = apply_preset(read_utterances(paths.utterances(corpus)), preset).utterances
    fold = make_folds(utterances, protocol_section(params, corpus, "speaker_independent"), seed=0)[0]
    labels = Labels.of(utterances[utterances.utterance_id.isin(fold.train)])
    table = read_features(paths.features(corpus, MODELS[model].feature_set), labels.utterance_ids)
    return Examples(table.frames, np.array(labels.emotions), np.array(labels.speakers))


def measure(corpus: str, name: str) -> dict[str, float | int]:
    """Train the first fold, by us and by Keras, and print the time."""
    import keras  # noqa: PLC0415  after the environment is set

    params, train = project_params(), first_fold(corpus, name)
    section = MODELS[name].section(params)
    brief = section.training.model_copy(update={"epochs": EPOCHS, "patience": EPOCHS})
    section = type(section)(section.network.model_copy(update={"training": brief}))
    recogniser = MODELS[name].build(section, classes=sorted(set(train.emotions)), seed=0)
    assert isinstance(recogniser, NetworkRecogniser)
    learn, check = map(recogniser._labelled, recogniser._divide(train, None))
    chosen = recogniser.fit(train, None)

    from ser_tasks.models.training.logits import inputs  # noqa: PLC0415

    model = recogniser.model
    model.compile(optimizer="adam", loss=keras.losses.SparseCategoricalCrossentropy(from_logits=True))
    seconds: list[float] = []
    given, checked = inputs(learn.frames, settings=brief), inputs(check.frames, settings=brief)
    for _ in range(EPOCHS):
        began = time.perf_counter()
        model.fit(given, learn.truth, validation_data=(checked, check.truth), batch_size=brief.batch_size, verbose=0)
        seconds.append(time.perf_counter() - began)
    return {
        "parameters": chosen["parameters"],
        "ours": chosen["seconds_per_epoch"],
        "keras": float(np.median(seconds[1:])),
        "memory": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
    }


def main(corpus: str, *names: str) -> None:
    """A line for each network, as a Markdown table."""
    if "--beside" in names:
        place = names.index("--beside")
        chosen = [*names[:place], *names[place + 2 :]] or NETWORKS
        for line in epochs.compare(corpus, chosen, other=Path(names[place + 1])):
            print(line, flush=True)
        return
    print("| network | parameters | s an epoch | keras.fit | ratio | peak memory, MB |\n|---|---|---|---|---|---|")
    for name in names or NETWORKS:
        command = [sys.executable, "-m", "benchmarks.networks", "--one", corpus, name]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if done.returncode:
            print(f"| {name} | {done.stderr.strip().splitlines()[-1]} |")
            continue
        found = json.loads(done.stdout.splitlines()[-1])
        ratio = found["keras"] / found["ours"]
        print(
            f"| {name} | {found['parameters']:,} | {found['ours']:.2f} | {found['keras']:.2f} | {ratio:.1f} | "
            f"{found['memory']:,} |",
            flush=True,
        )


if __name__ == "__main__":
    if sys.argv[1:2] == ["--one"]:
        print(json.dumps(measure(*sys.argv[2:])))
    else:
        main(*sys.argv[1:])
