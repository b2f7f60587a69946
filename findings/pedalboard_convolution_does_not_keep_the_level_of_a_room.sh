#!/usr/bin/env bash
# pedalboard 0.9.26: Convolution scales every impulse response to one energy, so that a unit impulse is 18 dB quieter.
#
# Guess: Convolution(h) is numpy.convolve with h: a unit impulse changes nothing, half of it halves, and a distant room is
# quieter than a near one as far as its response says. Reverb(wet_level=0, dry_level=1) changes nothing either.
# Seen: the response is scaled so that the root of its energy is 0.125. [1.0] and [0.01] both come out at -18.06 dB, and of
# three rooms whose responses raise noise by 0.4, 3.0 and 10.1 dB each lowers it by 18 (the shape is that of numpy.convolve,
# to 2e-8). mix is to the scaled one, so mix=0.5 does not halve. Reverb is the other way round: its dry level counts twice,
# so 1.0 without any reverberation is +6.02 dB, which clips at the next file, and the default of 0.4 is -1.94 dB. Docstrings
# mention neither. Level is a cue to emotion: copies augmented so are 18 dB below their originals, whichever room was drawn,
# and one measured response of a telephone or a room cannot be simulated. Multiply by 8 * sqrt(sum(h ** 2)) afterwards, or
# convolve with scipy.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check --prefer-binary numpy==2.4.2 pedalboard==0.9.26
cat > "$folder/level.py" << 'PY'
import numpy as np
from pedalboard import Convolution, Reverb

RATE = 16_000
draw = np.random.default_rng(0)
noise = (0.1 * draw.standard_normal((1, RATE))).astype(np.float32)


def decibels(sound):
    return 20 * np.log10(sound.std() / noise.std())


for factor in (1.0, 0.01):
    gain = decibels(Convolution(np.array([factor], np.float32), sample_rate=RATE)(noise, RATE))
    print(f"Convolution, response [{factor}]: {gain:+.2f} dB")
    assert abs(gain + 18.06) < 0.05, "a unit impulse is not lowered by 18 dB any more"
gains = []
for seconds, direct in ((0.3, 10), (0.6, 0), (1.0, -10)):
    times = np.arange(round(seconds * RATE)) / RATE
    tail = draw.standard_normal(len(times)) * 10 ** (-3 * times / seconds)
    response = (tail / np.sqrt((tail**2).sum()) * 10 ** (-direct / 20)).astype(np.float32)
    response[0] = 1
    ours = np.convolve(noise[0], response)[:RATE]
    theirs = Convolution(response, sample_rate=RATE)(noise, RATE)[0]
    scale = theirs @ ours / (ours @ ours)
    apart = np.abs(theirs - scale * ours).max()
    print(f"a room of {seconds} s: numpy {decibels(ours):+.2f} dB, pedalboard {decibels(theirs):+.2f} dB; scaled, {apart:.0e} apart")
    assert abs(scale * np.sqrt((response.astype(float) ** 2).sum()) - 0.125) < 1e-3
    gains.append(decibels(theirs))
assert max(gains) - min(gains) < 1, "rooms differ in level now"
for dry in (1.0, 0.4):
    gain = decibels(Reverb(wet_level=0.0, dry_level=dry)(noise, RATE))
    print(f"Reverb, nothing wet, dry {dry}: {gain:+.2f} dB")
    assert abs(gain - 20 * np.log10(2 * dry)) < 0.05, "the dry level does not count twice any more"
PY
"$folder/venv/bin/python" "$folder/level.py"
