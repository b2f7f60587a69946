"""What can be taken home: the answers as JSON and as CSV, and the sound itself."""

import base64
import csv
import json
from collections.abc import Sequence
from io import BytesIO, StringIO
from typing import Any

import numpy as np
import soundfile
from numpy.typing import NDArray

from apps.opinion import Opinion
from ser_tasks.bundles.inference.prediction import Prediction
from ser_tasks.bundles.inference.timeline import WindowPrediction

COLUMNS = ("file", "bundle", "start", "end", "emotion", "unsure", "class", "probability")


def as_json(name: str, opinions: Sequence[Opinion]) -> str:
    """Everything, one entry for each bundle; times in s."""
    return json.dumps(
        {"file": name, "answers": [_entry(opinion) for opinion in opinions]}, indent=2, ensure_ascii=False
    )


def as_csv(name: str, opinions: Sequence[Opinion]) -> str:
    """One row for each class of each answer: of the whole recording first, then of its moments."""
    text = StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(COLUMNS)
    for opinion in opinions:
        spans: list[tuple[float, float, Prediction | WindowPrediction]] = [
            (0.0, opinion.answer.duration, opinion.answer)
        ]
        spans += [(moment.start, moment.end, moment) for moment in opinion.moments]
        for start, end, said in spans:
            fixed = (name, opinion.card.name, f"{start:.3f}", f"{end:.3f}", said.emotion, str(said.unsure).lower())
            writer.writerows((*fixed, label, f"{share:.6f}") for label, share in said.probabilities.items())
    return text.getvalue()


def as_wav(signal: NDArray[np.float32], sampling_rate: int) -> bytes:
    """16-bit PCM."""
    stream = BytesIO()
    soundfile.write(stream, signal, sampling_rate, format="WAV", subtype="PCM_16")
    return stream.getvalue()


def as_link(content: bytes, kind: str) -> str:
    """The content itself in an address, so that nothing has to be kept for it."""
    return f"data:{kind};base64,{base64.b64encode(content).decode()}"


def _entry(opinion: Opinion) -> dict[str, Any]:
    answer = opinion.answer
    return {
        "bundle": opinion.card.name,
        "emotion": answer.emotion,
        "probabilities": dict(answer.probabilities),
        "confidence": answer.confidence,
        "unsure": answer.unsure,
        "remarks": list(answer.remarks),
        "duration": answer.duration,
        "timeline": [
            {
                "start": moment.start,
                "end": moment.end,
                "emotion": moment.emotion,
                "probabilities": dict(moment.probabilities),
                "unsure": moment.unsure,
                "remarks": list(moment.remarks),
            }
            for moment in opinion.moments
        ],
    }
