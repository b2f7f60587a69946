#!/usr/bin/env bash
# noisereduce 3.0.3, stationary=True: what is left of a voice depends on zeros behind it and on the other channel.
#
# Guess: without y_noise it estimates the noise from the pauses; each channel of a recording is treated by itself, as
# with stationary=False; zeros put behind a clip change nothing before them.
# Seen: the threshold of a frequency is mean plus 1.5 standard deviations of the decibels of all frames, voice, pauses
# and zeros alike, over the mean of the channels. A voice 30 dB above its noise, with a second of pause on either side,
# is 11.3 dB quieter afterwards (2.9 where its noise is given as y_noise). With 2, 4, 8 and 16 s of zeros behind it
# that is 11.7, 9.8, 7.2 and 3.4 dB. Beside a channel of zeros it loses 8.4, and beside its own negative 0.6: next to
# nothing is reduced, since the mean of the two is silence. So two speakers in two channels, or clips padded to one
# length, change each other's features, with stationary=True alone. Give y_noise, and one channel at a time, before any
# padding.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check --prefer-binary \
  numpy==2.2.6 scipy==1.17.1 librosa==0.11.0 noisereduce==3.0.3
cat > "$folder/beside.py" << 'PY'
import warnings

import noisereduce
import numpy as np

warnings.filterwarnings("ignore")  # of the channel of zeros: a division by its own level

rate = 16_000
draw = np.random.default_rng(0)
seconds = np.arange(4 * rate) / rate
phase = 2 * np.pi * np.cumsum(140 + 40 * np.sin(2 * np.pi * 0.7 * seconds)) / rate
voice = sum(np.sin(number * phase) / number for number in range(1, 25)) * np.sin(np.pi * 3 * seconds) ** 2
pause = np.zeros(rate)
voice = np.concatenate([pause, 0.05 * voice / voice.std(), pause])
noise = 0.05 * 10 ** (-30 / 20) * draw.standard_normal(len(voice))
sound, spoken = voice + noise, slice(rate, 5 * rate)


def left(stationary=True, behind=0, beside=None, **rest):
    """The level of the spoken part afterwards, in dB of what it was."""
    given = np.concatenate([sound, np.zeros(behind * rate)])
    given = given if beside is None else np.stack([given, beside])
    found = noisereduce.reduce_noise(y=given, sr=rate, stationary=stationary, **rest)
    found = found if beside is None else found[0]
    return 20 * np.log10(found[spoken].std() / sound[spoken].std())


seen = {"by itself": left(), "y_noise given": left(y_noise=noise)}
seen |= {f"{count} s of zeros behind": left(behind=count) for count in (2, 4, 8, 16)}
others = {"zeros": 0 * sound, "noise": noise, "its negative": -sound, "itself": sound}
seen |= {f"beside {name}": left(beside=other) for name, other in others.items()}
for name, value in seen.items():
    print(f"stationary, {name}: {value:.1f} dB")
apart = {name: left(False, beside=other) for name, other in others.items()}
for name, value in apart.items():
    print(f"not stationary, beside {name}: {value:.1f} dB (by itself {left(False):.1f} dB)")
assert np.ptp(list(apart.values()) + [left(False)]) < 1e-6, "the channels of the other method are not apart"
assert abs(seen["beside itself"] - seen["by itself"]) < 1e-6 < seen["beside zeros"] - seen["by itself"] - 2
assert seen["by itself"] < -8 and seen["y_noise given"] > -5
assert seen["beside its negative"] > -1, "the channels are apart now"
padded = [seen[f"{count} s of zeros behind"] for count in (2, 4, 8, 16)]
assert max(padded) - min(padded) > 6, "zeros do not count any more"
PY
"$folder/venv/bin/python" "$folder/beside.py"
