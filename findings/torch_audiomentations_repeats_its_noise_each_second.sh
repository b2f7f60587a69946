#!/usr/bin/env bash
# torch-audiomentations 0.12.0: AddColoredNoise repeats one second of noise, and its pink noise is as steep as brown
# noise.
#
# Guess: four seconds of noise are four seconds of noise; and f_decay is what its description says, a power of
# 1/f**f_decay: 3 dB an octave for "pink noise" (1), 6 dB for "brown noise" (2).
# Seen: one second is drawn and put behind itself until the clip is full: seconds 1 and 2 correlate with 1.000 (an
# audible loop, with a line spectrum of 1 Hz, and nothing new in a clip that is longer). The filter is not 1/f either:
# the amplitude, not the power, goes with f_decay, over a ramp from 1 to the root of half the rate. Between 200 and
# 4000 Hz "pink" falls by 5.5 dB an octave and "brown" by 11.1; below 200 Hz by 2.3 and 5.1. The SNR is as asked for.
# White noise (f_decay 0) is white, but repeats, too. Make coloured noise by NumPy at the length of the clip.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check --prefer-binary \
  numpy==2.2.6 scipy==1.17.1 torch==2.14.1 torchaudio==2.11.1 setuptools==79.0.1 torch-audiomentations==0.12.0
cat > "$folder/noise.py" << 'PY'
import warnings

import numpy as np
import scipy.signal
import torch

warnings.filterwarnings("ignore")
from torch_audiomentations import AddColoredNoise  # noqa: E402

torch.set_num_threads(1)
rate = 16_000
clip = torch.tensor(0.1 * np.sin(2 * np.pi * 440 * np.arange(4 * rate) / rate), dtype=torch.float32)[None, None]


def slope(noise, low, high):
    """Decibels per octave."""
    hertz, power = scipy.signal.welch(noise, rate, nperseg=4096)
    within = (hertz >= low) & (hertz <= high)
    return np.polyfit(np.log2(hertz[within]), 10 * np.log10(power[within]), 1)[0]


def by_hand(decay):
    """A power of 1/f**decay, drawn at full length."""
    spectrum = np.fft.rfft(np.random.default_rng(0).standard_normal(4 * rate))
    spectrum[1:] *= np.arange(1, len(spectrum)) ** (-decay / 2)
    return np.fft.irfft(spectrum)


for decay, name in ((0.0, "white"), (1.0, "pink"), (2.0, "brown")):
    torch.manual_seed(0)
    augment = AddColoredNoise(10, 10, decay, decay, p=1.0, sample_rate=rate, output_type="tensor")
    noise = (augment(clip) - clip)[0, 0].numpy().astype(float)
    for who, sound in (("AddColoredNoise", noise), ("by hand", by_hand(decay))):
        again = np.corrcoef(sound[:rate], sound[rate : 2 * rate])[0, 1]
        steep, low = slope(sound, 200, 4000), slope(sound, 20, 200)
        print(f"{name}, {who}: seconds 1 and 2 correlate with {again:.3f}; "
              f"{low:.1f} dB an octave below 200 Hz, {steep:.1f} above")
        ours = who == "by hand"
        assert (again > 0.999) != ours, "the noise does not repeat any more"
        assert abs(steep + (3.01 if ours else 5.55) * decay) < 0.3, "the slope is another now"
    snr = 10 * np.log10(float((clip**2).mean()) / np.mean(noise**2))
    print(f"  SNR {snr:.2f} dB")
    assert abs(snr - 10) < 0.1
PY
"$folder/venv/bin/python" "$folder/noise.py"
