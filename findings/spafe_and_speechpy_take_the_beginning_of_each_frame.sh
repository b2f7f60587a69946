#!/usr/bin/env bash
# spafe 0.3.3 and speechpy 2.4: at 48 kHz their MFCC are of the first 512 samples of each frame, whatever its length.
#
# Guess: a frame of 20 or 25 ms is transformed whole at every rate: the FFT grows with it, or one that is too short is
# refused (librosa: win_length > n_fft is an error) or warned of (python_speech_features does).
# Seen: both have 512 points by default and hand the frame to NumPy's FFT, which cuts it: of 960 samples (20 ms at 48 kHz)
# the last 448 may be anything, the MFCC are the same to the bit. No warning, no error. What is left is 10.7 ms, shorter
# than a period of a low voice, and in spafe half a Hamming window, cut at its top: of a steady vowel at 97 Hz, in frames of
# 25 ms, the mean of the second coefficient is 15 instead of 25, and the first one swings by 7.3 from frame to frame instead
# of 3.3 (with 2048 points). At 16 kHz, where 25 ms are 400 samples, nothing is lost: so RAVDESS (48 kHz) and EMO-DB (16
# kHz) get different features from the same call. Give nfft or fft_length.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check --prefer-binary \
  numpy==2.0.2 scipy==1.17.1 spafe==0.3.3 speechpy==2.4 setuptools==80.9.0
cat > "$folder/frames.py" << 'PY'
import warnings

import numpy as np
from scipy.signal import lfilter

warnings.simplefilter("error")  # so that any warning about the frames would be seen
with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    import speechpy
    from spafe.features.mfcc import mfcc
    from spafe.utils.preprocessing import SlidingWindow

RATE, FRAME = 48_000, 960
draw = np.random.default_rng(0)
sound = draw.standard_normal(RATE)
other = sound.copy().reshape(-1, FRAME)
other[:, 512:] = draw.standard_normal((len(other), FRAME - 512))
other = other.ravel()
apart = {
    "spafe": [mfcc(one, fs=RATE, pre_emph=False, window=SlidingWindow(0.02, 0.02, "hamming")) for one in (sound, other)],
    "speechpy": [speechpy.feature.mfcc(one, RATE, frame_length=0.02, frame_stride=0.02) for one in (sound, other)],
}
for name, (one, two) in apart.items():
    same = np.array_equal(one, two)
    print(f"{name}: 448 of each 960 samples are other noise: MFCC of {len(one)} frames the same to the bit: {same}")
    assert same, "whole frames count now"

vowel = np.zeros(RATE)
vowel[:: RATE // 97] = 1
for centre, width in ((500, 80), (1500, 100), (2500, 120)):
    radius = np.exp(-np.pi * width / RATE)
    vowel = lfilter([1 - radius], [1, -2 * radius * np.cos(2 * np.pi * centre / RATE), radius**2], vowel)
vowel *= 0.5 / np.abs(vowel).max()
means = []
for points in (512, 2048):
    found = mfcc(vowel, fs=RATE, nfft=points, window=SlidingWindow(0.025, 0.010, "hamming"))[5:-5]
    means.append(found[:, 1].mean())
    print(f"spafe, a steady vowel, {points} points: second coefficient {means[-1]:.1f}, first one swings by {found[:, 0].std():.1f}")
assert means[1] - means[0] > 10
PY
"$folder/venv/bin/python" "$folder/frames.py"
