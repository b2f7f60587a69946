#!/usr/bin/env bash
# opensmile 2.6.0, eGeMAPSv02: the loudness of one and the same sound depends on the sampling rate that it comes at.
#
# Guess: of a sound that has nothing above 3.4 kHz, which 16 and 48 kHz hold alike, loudness, flux and formants are the same
# within a few per cent; whoever forgets to resample gains or loses what lies above 8 kHz, which loudness (20 to 8000 Hz)
# does not hear.
# Seen: loudness is 1.80 times as high at 48 kHz as at 16 kHz, spectral flux 2.99 times (the ratio of the samples in a frame
# is 3), and the mean F1 falls from 824 to 632 Hz, the step being between 16 and 24 kHz. equivalentSoundLevel stays within
# 0.01 dB. Nothing warns: resample=False is the default, and process_signal and process_file take any rate. 12 neutral clips
# of RAVDESS as they are (48 kHz) have 1.80 to 1.83 times the loudness and 3.0 to 3.2 times the flux of the same clips at 16
# kHz. So features of RAVDESS (48 kHz) and EMO-DB (16 kHz), each at the rate of its files, differ by that before anybody
# speaks. Resample all to 16 kHz.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check --prefer-binary numpy==2.4.2 opensmile==2.6.0
cat > "$folder/rates.py" << 'PY'
import numpy as np
import opensmile

SECONDS, HIGHEST = 3, 48_000
FEATURES = ("loudness_sma3_amean", "spectralFlux_sma3_amean", "F1frequency_sma3nz_amean", "equivalentSoundLevel_dBp")
pulses = np.zeros(SECONDS * HIGHEST)
pulses[:: HIGHEST // 150] = 1
pulses += 0.01 * np.random.default_rng(0).standard_normal(len(pulses))
spectrum = np.fft.rfft(pulses)
hertz = np.fft.rfftfreq(len(pulses), 1 / HIGHEST)
spectrum[(hertz < 100) | (hertz > 3_400)] = 0
spectrum *= 0.5 / np.abs(np.fft.irfft(spectrum)).max()

smile = opensmile.Smile(opensmile.FeatureSet.eGeMAPSv02, opensmile.FeatureLevel.Functionals)
found = {}
for rate in (16_000, 24_000, 48_000):
    length = SECONDS * rate  # the same spectrum, so the same sound, at fewer samples
    sound = np.fft.irfft(spectrum[: length // 2 + 1], length) * (rate / HIGHEST)
    found[rate] = smile.process_signal(sound.astype(np.float32), rate).iloc[0][list(FEATURES)].astype(float)
    print(f"{rate} Hz, rms {sound.std():.4f}: " + ", ".join(f"{name} {value:.3f}" for name, value in found[rate].items()))
low, high = found[16_000], found[48_000]
print("48 kHz / 16 kHz: " + ", ".join(f"{name} {high[name] / low[name]:.2f}" for name in FEATURES[:3]))
assert 1.7 < high[FEATURES[0]] / low[FEATURES[0]] < 1.9, "loudness no longer depends on the rate as it did"
assert 2.8 < high[FEATURES[1]] / low[FEATURES[1]] < 3.2, "flux no longer depends on the rate as it did"
assert low[FEATURES[2]] - high[FEATURES[2]] > 100, "F1 no longer depends on the rate as it did"
assert abs(low[FEATURES[3]] - high[FEATURES[3]]) < 0.05, "the sounds are not equally loud"
PY
"$folder/venv/bin/python" "$folder/rates.py"
