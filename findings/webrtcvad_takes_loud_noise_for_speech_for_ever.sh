#!/usr/bin/env bash
# webrtcvad-wheels 2.0.14.post1: white noise above about -28 dB of full scale is speech in every mode, however long it lasts.
#
# Guess: the detector adapts to steady noise, so after some seconds noise is no speech at any level, and a higher
# aggressiveness, or a recording scaled to full scale, makes it the surer.
# Seen: at -35 dB it adapts within seconds in every mode; at -30 dB modes 2 and 3 do, modes 0 and 1 never; at -20 dB no
# mode does, nor at -25 dB, in a minute of nothing but noise. Normalising the peak of a noisy recording to full scale, which is often
# done before, therefore turns its pauses into speech: with voice at -20 dB, noise 5 dB below it does. Scale so that the
# noise stays below -35 dB.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check --prefer-binary numpy==2.4.2 webrtcvad-wheels==2.0.14.post1
"$folder/venv/bin/python" -W ignore - <<'PYTHON'
import numpy as np
import webrtcvad

RATE, FRAME, SECONDS = 16_000, 480, 60
noise = np.random.default_rng(0).standard_normal(RATE * SECONDS)


def share(level, mode):
    """Of the frames of the last half minute that are speech, at this level in dB of full scale."""
    samples = np.round(np.clip(noise * 10 ** (level / 20), -1, 1) * 32767).astype("<i2").reshape(-1, FRAME)
    detector = webrtcvad.Vad(mode)
    found = [detector.is_speech(frame.tobytes(), RATE) for frame in samples]
    return np.mean(found[len(found) // 2 :])


expected = {-35: (0, 0, 0, 0), -30: (1, 1, 0, 0), -25: (1, 1, 1, 1), -20: (1, 1, 1, 1)}
for level, modes in expected.items():
    found = [share(level, mode) for mode in range(4)]
    print(f"noise at {level} dB: speech in modes 0 to 3:", *[f"{own:.2f}" for own in found])
    assert all(abs(own - wanted) < 0.1 for own, wanted in zip(found, modes)), level
PYTHON
