"""A project's folder as evaluations leave it: results, answers, utterances, sound, costs, of the demo corpus."""

import json
from pathlib import Path

import numpy as np
import soundfile

from pipelines import paths
from ser_tasks.corpora.utterances import utterance_table, write_utterances
from ser_tasks.evaluation.result import write_result
from tests.evaluation.comparison.made import labels, predictions, result

MODELS = {"svm": 0.93, "mlp": 0.9, "psd_cnn": 0.5, "svm_speaker_norm": 0.98}
KNOWN = labels(6, 12)
PROVENANCE = {"data": ["utterances: " + 8 * "0123456789ab"], "code": [f"module {i}: {i}" for i in range(28)]}
EPOCHS = [{"loss": 1.2 - 0.1 * i, "val_loss": 1.3, "val_uar": 0.4 + 0.1 * i, "seconds": 1.0} for i in range(4)]


def fill() -> dict[str, dict]:
    """Write all of it below the working directory; the results, by protocol and model."""
    written = {}
    for i, (model, share) in enumerate(MODELS.items()):
        table = predictions(KNOWN, share, seed=i)
        known = {"provenance": PROVENANCE} if model == "svm" else {}
        written["speaker_independent", model] = _put(result(model, table, KNOWN, **known), table)
    flattered = predictions(KNOWN, 0.99, seed=9)
    kind = {"protocol": "speaker_dependent", "protocol_kind": "speaker_dependent"}
    written["speaker_dependent", "svm"] = _put(result("svm", flattered, KNOWN, **kind), flattered)
    _put_utterances()
    _put_sound()
    _put_extras()
    cost = {"seconds": 10.0, "bytes": 5_400_000, "weights": 1_345_648, "epochs": EPOCHS}
    costs = [{"fold": f"speaker s{i}", "seed": 0, **cost} for i in range(6)]
    file = paths.costs("demo", "speaker_independent", "mlp")
    file.parent.mkdir(parents=True)
    file.write_text(json.dumps({"folds": costs}), encoding="utf-8")
    return written


def _put_extras() -> None:
    """What `ser protocol-bias` and `ser robustness` leave of one model."""
    ends = {"uar_low": 0.7, "uar_high": 0.95}
    random = {"title": "random", "uar": 0.91, "shared": {"speaker": 72}} | ends
    apart = {"title": "leave one speaker out", "uar": 0.84, "shared": {"speaker": 0}} | ends
    lost = {"uar_difference": -0.3, "low": -0.4, "high": -0.2, "p": 0.0001, "p_holm": 0.0002}
    kept = {"uar_difference": -0.01, "low": -0.05, "high": 0.03, "p": 0.4, "p_holm": 0.4}
    noise = {"kind": "white", "value": 0.0, "uar": 0.54, "difference": lost} | ends
    gain = {"kind": "gain", "value": 6.0, "uar": 0.83, "difference": kept} | ends
    found = {
        "inflation": {"preset": "four_classes", "protocols": [random, apart]},
        "robustness": {
            "preset": "four_classes",
            "clean": {"uar": 0.84} | ends,
            "conditions": [noise, gain],
            "summary": ["White noise: 0 dB SNR loses 30.0 points."],
        },
    }
    for kind, figures in found.items():
        Path(f"results/demo/{kind}_svm.json").write_text(json.dumps(figures), encoding="utf-8")


def _put(made: dict, table) -> dict:
    place = ("demo", made["protocol"], made["model"])
    write_result(made, paths.result(*place))
    paths.predictions(*place).parent.mkdir(parents=True, exist_ok=True)
    table.to_parquet(paths.predictions(*place), index=False)
    return made


def _put_utterances() -> None:
    rows = [
        {
            "utterance_id": name,
            "corpus": "demo",
            "path": f"{name}.wav",
            "speaker": speaker,
            "gender": "female" if int(speaker[1]) % 2 else "male",
            "emotion": truth,
            "transcript": "leave <the> bag alone",  # words of a corpus are not markup
            "duration": 0.3 + 0.01 * i,
            "sampling_rate": 16_000,
            "sha256": f"{i:064x}",
            "votes": [],
        }
        for i, (name, truth, speaker) in enumerate(
            zip(KNOWN.utterance_ids, KNOWN.emotions, KNOWN.speakers, strict=True)
        )
    ]
    write_utterances(utterance_table(rows), paths.utterances("demo"))


def _put_sound() -> None:
    root = paths.corpus_root("demo")
    root.mkdir(parents=True)
    rng = np.random.default_rng(0)
    for name in KNOWN.utterance_ids:
        soundfile.write(root / f"{name}.wav", 0.1 * rng.normal(size=4_800) * (np.arange(4_800) > 1_600), 16_000)
