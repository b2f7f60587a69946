#!/usr/bin/env bash
# opensmile 2.6.0: a sample of exactly 1.0, or beyond, becomes the most negative one: clicks at each loud peak.
#
# Guess: process_signal takes float32 samples, so that a signal whose peak is 1.0 has the features of one at 0.99, and one
# that goes beyond is at worst clipped.
# Seen: it multiplies by 32768 and casts to 16-bit integers, without limits: what does not fit wraps around. Of a tone whose
# peak is 1.0 (as peak normalisation leaves it) the loudness is four times that at 0.99 and the first MFCC falls from 64 to 5;
# of one that goes 1 % beyond, six times. Files of floats take the same way. Resampling alone goes beyond: 12 of the 1440
# speech files of RAVDESS do at 16 kHz, all of them shouted. Clip to [-1, 32767/32768] first.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check --prefer-binary numpy==2.4.2 opensmile==2.6.0
"$folder/venv/bin/python" -W ignore - <<'PYTHON'
import numpy as np
import opensmile

RATE = 16_000
time = np.arange(RATE) / RATE
tone = np.sin(2 * np.pi * 200 * time) + 0.3 * np.sin(2 * np.pi * 400 * time)
tone /= np.abs(tone).max()
smile = opensmile.Smile(opensmile.FeatureSet.eGeMAPSv02, opensmile.FeatureLevel.LowLevelDescriptors)


def measured(signal):
    frames = smile.process_signal(signal.astype(np.float32), RATE).iloc[20:80]
    return frames["Loudness_sma3"].mean(), frames["mfcc1_sma3"].mean()


loudness, mfcc = measured(0.99 * tone)
for name, signal, times, cepstrum in (
    ("peak 32767/32768", 32767 / 32768 * tone, 1.0, 64),
    ("peak 1.0", tone, 4.1, 4.7),
    ("peak 1.01", 1.01 * tone, 6.1, 5.9),
    ("peak 1.01, clipped before", np.clip(1.01 * tone, -1, 32767 / 32768), 1.07, 53),
):
    louder, own = measured(signal)
    print(f"{name}: loudness {louder / loudness:.2f} times that at 0.99, first MFCC {own:.1f} ({mfcc:.1f} at 0.99)")
    assert abs(louder / loudness - times) < 0.15, name
    assert abs(own - cepstrum) < 3, name
PYTHON
