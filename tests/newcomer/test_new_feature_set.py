"""A feature set is one file, one line and its section of params.yaml: then it is extracted, stored and described."""

import json

from tests.newcomer.project_copy import add_line, project_copy, run

FEATURES = '''"""Power of each frame."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from pydantic import PositiveFloat

from ser_tasks.features.feature_set import FeatureSet, framing_of
from ser_tasks.params.base import Section

if TYPE_CHECKING:
    from ser_tasks.params import AudioParams


class FramePowerParams(Section):
    """Power of each frame."""

    window: PositiveFloat  # s
    hop: PositiveFloat  # s


def _extract(signal: NDArray[np.float32], *, audio: AudioParams, frame_power: FramePowerParams) -> NDArray[np.float64]:
    window, hop = (round(audio.sampling_rate * each) for each in (frame_power.window, frame_power.hop))
    starts = range(0, max(len(signal) - window, 0) + 1, hop)
    return np.array([[np.mean(np.square(signal[start : start + window], dtype=np.float64))] for start in starts])


def _dimensions(*, audio: AudioParams, frame_power: FramePowerParams) -> tuple[str, ...]:
    return ("power",)


FRAME_POWER = FeatureSet("frame_power", ("audio", "frame_power"), _extract, _dimensions, framing_of("frame_power"))
'''
SECTION = "frame_power: {window: 0.1, hop: 0.05}  # s\n"

PROGRAM = """
import json
import numpy as np
from pipelines.settings import feature_params
from ser_tasks.features.table import feature_set
from ser_tasks.features.store import describe
from ser_tasks.params.reading import read_params

sections = feature_params(read_params())
time = np.arange(16_000) / 16_000
frames = feature_set("frame_power")((0.5 * np.sin(2 * np.pi * 100 * time)).astype(np.float32), sections)
print(json.dumps({"frames": frames.tolist(), "stored": describe("frame_power", sections)}))
"""

READ = """
from ser_tasks.params.reading import ParamsError, read_params
try:
    read_params()
except ParamsError as error:
    print(error)
"""


def extended(tmp_path, section: str):
    folder = project_copy(tmp_path)
    (folder / "ser_tasks/features/frame_power.py").write_text(FEATURES, encoding="utf-8")
    add_line(folder / "ser_tasks/features/table.py", behind='    "lld",\n', line='    "frame_power",\n')
    params = folder / "params.yaml"
    params.write_text(params.read_text(encoding="utf-8") + section, encoding="utf-8")
    return folder


def test_a_file_a_line_and_a_section_are_enough_to_extract_and_store_a_feature_set(tmp_path):
    found = json.loads(run(extended(tmp_path, SECTION), PROGRAM))
    assert len(found["frames"]) == 19, "windows of 100 ms every 50 ms that fit into a second"
    assert all(abs(power - 0.125) < 1e-4 for (power,) in found["frames"]), "amplitude 0.5: its square, halved"
    stored = {name: json.loads(value) for name, value in found["stored"].items()}
    assert stored["settings"]["frame_power"] == {"window": 0.1, "hop": 0.05}
    assert (stored["dimensions"], stored["hop"]) == (["power"], 0.05)


def test_its_section_is_asked_for_and_its_typing_errors_are_found(tmp_path):
    folder = extended(tmp_path, "")
    assert "the key 'frame_power' is missing" in run(folder, READ)
    (folder / "params.yaml").write_text((folder / "params.yaml").read_text() + SECTION.replace("hop", "hops"))
    assert "unknown key 'frame_power.hops'. Did you mean 'hop'? Allowed here: hop, window." in run(folder, READ)
