"""A small corpus of two classes that differ in level, and plans for it."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from ser_tasks.evaluation.scoring import Labels
from ser_tasks.features.feature_table import features_digest
from ser_tasks.models.remote.plan import Plan, PlannedFold

N_DIMS = 6
TRAINING = {
    "epochs": 6,
    "keep": "best",
    "patience": 6,
    "refit": False,
    "validation_share": 0.34,
    "batch_size": 8,
    "frames_multiple": 64,
    "learning_rate": 0.01,
    "warm_up_epochs": 1,
    "weight_decay": 0.01,
    "label_smoothing": 0.1,
    "clip_norm": 1,
    "optimizer": "adamw",
    "momentum": 0.9,
    "tensorboard": False,
    "balance": "weights",
    "precision": "float32",
    "augmentation": {"tempo": None, "spec_augment": None, "mixup_alpha": None},
}
SPEC_AUGMENT = {"time_masks": 2, "time_width": 8, "time_share": 0.2, "frequency_masks": 1, "frequency_width": 2}
AUGMENTATION = {"tempo": [0.8, 1.25], "spec_augment": SPEC_AUGMENT, "mixup_alpha": 0.2}
MLP = {"input_dropout": 0.0, "units": [8], "dropout": 0.0}
RESIDUAL_CNN = {
    **{"filters": [4], "time_stride": 4, "frame_units": 8, "attention_units": 4, "embedding": 8, "dropout": 0.0}
}


def corpus(*, n_speakers: int = 4, per_speaker: int = 10, noise: float = 0.5) -> tuple[Labels, list[np.ndarray]]:
    """Clips of 20 to 60 frames; 'high' lies 1 above 'low' in every dimension, and there are more low ones."""
    rng = np.random.default_rng(0)
    emotions = ["high" if i % 5 < 2 else "low" for i in range(n_speakers * per_speaker)]
    speakers = [f"s{i // per_speaker}" for i in range(len(emotions))]
    frames = [
        rng.normal((emotion == "high") + rng.normal(0, noise), 1, (rng.integers(20, 60), N_DIMS)).astype(np.float32)
        for emotion in emotions
    ]
    return Labels(tuple(f"u{i:03}" for i in range(len(emotions))), tuple(emotions), tuple(speakers)), frames


def leave_one_speaker_out(labels: Labels) -> tuple[PlannedFold, ...]:
    folds = []
    for speaker in sorted(set(labels.speakers)):
        pairs = list(zip(labels.utterance_ids, labels.speakers, strict=True))
        train, test = ([name for name, own in pairs if (own == speaker) is tested] for tested in (False, True))
        folds.append(PlannedFold(f"speaker {speaker}", tuple(train), (), tuple(test), (f"key {speaker}",)))
    return tuple(folds)


def plan(labels: Labels, **changes) -> Plan:
    whole = Plan(
        corpus="small",
        protocol="speaker_independent",
        model="mlp",
        builder="mlp",
        sizes=MLP,
        training=TRAINING,
        speaker_norm=False,
        classes=tuple(sorted(set(labels.emotions))),
        labels=labels,
        folds=leave_one_speaker_out(labels),
        seeds=(0,),
        features="small/levels",
        features_digest="",
        copies=0,
    )
    return replace(whole, **changes)


def write_features(folder: Path, names: list[str], frames: list[np.ndarray]) -> str:
    """A shard as ser_tasks.features.store writes it, as far as readers look; returns the digest."""
    folder.mkdir(parents=True)
    columns = {
        "utterance_id": names,
        "n_frames": pa.array([len(values) for values in frames], pa.int32()),
        "values": pa.array([values.ravel() for values in frames], pa.list_(pa.float32())),
    }
    dimensions = str([f"d{i}" for i in range(N_DIMS)]).replace("'", '"')
    pq.write_table(pa.table(columns).replace_schema_metadata({"dimensions": dimensions}), folder / "one.parquet")
    return features_digest(folder)
