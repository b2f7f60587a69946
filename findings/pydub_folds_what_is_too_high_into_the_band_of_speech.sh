#!/usr/bin/env bash
# pydub 0.25.1: AudioSegment.set_frame_rate has no low-pass filter; what the new rate cannot hold lands in the speech.
#
# Guess: set_frame_rate(16000) resamples as any audio library does: a tone of 12 kHz in a recording of 44.1 kHz is
# gone, or 60 dB lower at least.
# Seen: it comes out at 4 kHz, only 2.1 dB lower; 9 kHz at 7 kHz (-1.2 dB), 14 kHz at 2 kHz (-2.8 dB), 15.5 kHz at 0.5
# kHz (-3.3 dB). soxr leaves -95 dB or less of each. White noise comes out 2.9 dB louder than with soxr. The call goes
# to audioop.ratecv, which draws straight lines between samples. Hissing sounds (s, f, breath) have much of their energy
# above 8 kHz, so features of the spectrum (centroid, slope, MFCC, harmonics to noise) of corpora of 44.1 or 48 kHz are
# those of a sound with its mirror image in it, and differ from those of corpora recorded at 16 kHz. miniaudio 1.71
# folds too, but less: -7.6 dB at 9 kHz, -22 dB at 12 kHz. Resample with soxr, or filter before.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check --prefer-binary \
  numpy==2.2.6 pydub==0.25.1 miniaudio==1.71 soxr==1.1.0
cat > "$folder/fold.py" << 'PY'
import miniaudio
import numpy as np
import soxr
from pydub import AudioSegment

rate, lower = 44_100, 16_000
seconds = np.arange(2 * rate) / rate
short = miniaudio.SampleFormat.SIGNED16


def by_pydub(samples):
    segment = AudioSegment(samples.tobytes(), frame_rate=rate, sample_width=2, channels=1)
    return np.array(segment.set_frame_rate(lower).get_array_of_samples(), float)


def by_miniaudio(samples):
    found = miniaudio.convert_frames(short, 1, rate, samples.tobytes(), short, 1, lower)
    return np.frombuffer(found, np.int16).astype(float)


def by_soxr(samples):
    return soxr.resample(samples.astype(float), rate, lower)


def seen(found, samples):
    """The decibels against the input, and the hertz of the highest peak."""
    found = found[500:-500]
    spectrum = np.abs(np.fft.rfft(found * np.hanning(len(found))))
    return 20 * np.log10(found.std() / samples.std()), spectrum.argmax() * lower / len(found)


for hertz in (9_000, 12_000, 14_000, 15_500):
    samples = np.round(16_000 * np.sin(2 * np.pi * hertz * seconds)).astype(np.int16)
    pydub, peak = seen(by_pydub(samples), samples)
    mini, _ = seen(by_miniaudio(samples), samples)
    soxr_level, _ = seen(by_soxr(samples), samples)
    print(f"{hertz} Hz: pydub {pydub:.1f} dB at {peak:.0f} Hz, miniaudio {mini:.1f} dB, soxr {soxr_level:.0f} dB")
    assert pydub > -5 and abs(peak - (lower - hertz)) < 5, "pydub filters now"
    assert pydub > mini > soxr_level and soxr_level < -80 and mini > -50

noise = np.round(3_000 * np.random.default_rng(0).standard_normal(len(seconds))).clip(-32_000, 32_000).astype(np.int16)
more = seen(by_pydub(noise), noise)[0] - seen(by_soxr(noise), noise)[0]
print(f"white noise: pydub {more:.1f} dB above soxr")
assert more > 2
PY
"$folder/venv/bin/python" -W ignore "$folder/fold.py"
