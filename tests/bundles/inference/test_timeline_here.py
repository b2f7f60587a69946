"""A timeline computed in this process: the windows that it names, predicted one by one."""

import numpy as np
import pytest
import soundfile

from ser_tasks.audio.decode import open_sound
from ser_tasks.audio.recording import Recording
from ser_tasks.bundles.bundle import load_bundle
from ser_tasks.bundles.inference.prediction import recognise
from ser_tasks.bundles.inference.timeline import windows_in
from ser_tasks.bundles.inference.timeline_pass import timeline_here
from ser_tasks.corpora.synthesis.corpus import synthesise_utterance
from ser_tasks.errors import UserError
from ser_tasks.params import DemoParams
from ser_tasks.params.reading import read_params

VOICES = DemoParams(speakers=2, utterances_per_emotion=2, difficulty=0, seed=3)
UNSMOOTHED = read_params().timeline.model_copy(update={"window": 1.0, "hop": 0.5, "smoothing": 0, "change_cost": 0})


def test_its_windows_are_those_of_the_segments_each_predicted_alone(bundle_folder, tmp_path):
    bundle = load_bundle(bundle_folder)
    rate = bundle.card.sampling_rate
    signal, _ = synthesise_utterance(0, "sadness", 0, VOICES)
    soundfile.write(tmp_path / "talk.wav", signal, rate, subtype="FLOAT")
    timeline = timeline_here(bundle, open_sound(tmp_path / "talk.wav"), settings=UNSMOOTHED)
    spans = [window for segment in timeline.segments for window in windows_in(segment, window=1.0, hop=0.5)]
    assert len(spans) == len(timeline.windows) > 3
    for (start, end), window in zip(spans, timeline.windows, strict=True):
        sound = signal[round(start * rate) : round(end * rate)]
        alone = recognise(bundle, Recording(sound[:, None], rate))
        np.testing.assert_allclose([*window.probabilities.values()], [*alone.probabilities.values()], atol=1e-6)


def test_a_recording_without_speech_is_refused(bundle_folder, tmp_path):
    soundfile.write(tmp_path / "silence.wav", np.zeros(32_000), 16_000)
    with pytest.raises(UserError, match="Listen to it"):
        timeline_here(load_bundle(bundle_folder), open_sound(tmp_path / "silence.wav"), settings=UNSMOOTHED)
