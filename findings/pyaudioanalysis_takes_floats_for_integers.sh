#!/usr/bin/env bash
# pyAudioAnalysis 0.3.14: of samples in [-1, 1], as librosa.load and soundfile give them, the features depend on the level.
#
# Guess: feature_extraction takes the mean off and divides by the peak, so it does not matter how the samples are scaled.
# Seen: it divides by 2^15 first, whatever came in, and keeps the normalisation finite by adding 1e-10 to the peak. Of 16-bit
# integers nothing is seen (energy 2e-8 too low at a hundredth of full scale). Of floats the peak is 2^15 times smaller: at
# full scale the energy is 6.6e-6 too low, at a peak of 0.01 (a quiet recording) 6.5e-4, and all descriptors that know an
# absolute magnitude (energy, MFCC) move with it.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check --prefer-binary \
  numpy==2.4.2 scipy==1.17.1 matplotlib tqdm pyAudioAnalysis==0.3.14
"$folder/venv/bin/python" -W ignore - <<'PYTHON'
import numpy as np
from pyAudioAnalysis.ShortTermFeatures import feature_extraction

noise = np.random.default_rng(0).standard_normal(16_000)
noise /= np.abs(noise - noise.mean()).max()


def energy(scale):
    return feature_extraction(scale * noise, 16_000, 400, 160, deltas=False)[0][1]


reference = energy(2**15)
for peak, expected in ((2**15 / 100, 2e-8), (1, 6.6e-6), (0.01, 6.5e-4)):
    off = (1 - energy(peak) / reference).max()
    print(f"peak {peak}: energy is {off:.2g} too low")
    assert abs(off / expected - 1) < 0.05
PYTHON
