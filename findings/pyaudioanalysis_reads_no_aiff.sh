#!/usr/bin/env bash
# pyAudioAnalysis 0.3.14 with NumPy 2.3 or newer: read_audio_file gives every AIFF file as empty, with sampling rate -1.
#
# Guess: an AIFF file reads like the WAV file with the same samples, or fails with an error.
# Seen: it decodes by numpy.fromstring, whose binary mode NumPy 2.3 removed. The ValueError ends in a bare `except`, which
# prints "DECODING FAILED" and returns (-1, an empty array). AU, MP3 and OGG go through the same call once FFmpeg has decoded
# them (not run here: it needs FFmpeg). On Python 3.13 the module does not import at all, because aifc is gone (read in its
# source, not run). ShortTermFeatures.feature_extraction is not concerned.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check --prefer-binary \
  numpy==2.4.2 scipy==1.17.1 soundfile==0.14.0 eyed3==0.9.9 pydub==0.25.1 pyAudioAnalysis==0.3.14
cd "$folder"
venv/bin/python -W ignore - <<'PYTHON'
import sys

import numpy as np
import soundfile

signal = np.round(8000 * np.sin(2 * np.pi * 220 * np.arange(16_000) / 16_000)).astype(np.int16)
soundfile.write("a.wav", signal, 16_000)
soundfile.write("a.aiff", signal, 16_000)
try:
    from pyAudioAnalysis import audioBasicIO
except ModuleNotFoundError as error:
    print(error)
    assert sys.version_info >= (3, 13) and error.name == "aifc"
    raise SystemExit

rate, samples = audioBasicIO.read_audio_file("a.wav")
assert rate == 16_000 and np.array_equal(samples, signal)
rate, samples = audioBasicIO.read_audio_file("a.aiff")
print("AIFF:", rate, samples.shape)
assert (rate, samples.shape) == (-1, (0,))
try:
    np.fromstring(signal.tobytes(), np.short)
except ValueError as error:
    print(error)
PYTHON
