#!/usr/bin/env bash
# auditok 0.5.2: in 8-bit WAV files silence is the loudest there can be; it finds speech nowhere or everywhere.
#
# Guess: auditok.split finds the same regions in a WAV file of 8 bits as in the same sound of 16 bits, but for what
# is quieter than 8 bits can hold; files of 8 bits are read to the same scale, so a threshold means the same in both.
# Seen: WAV stores 8 bits without a sign (silence is 128), auditok takes the bytes as signed, thus silence as -128: an
# energy of 42.1 dB, and a tone over it as less. Nor is the scale that of 16 bits (48 dB lower). A sound of one second
# between two of silence is found at 1.0 to 2.1 s in 16 bits; in 8 bits with the default threshold of 50 dB no region,
# with 40 dB the two silences (the sound in between left out), with 20 dB the whole file. Recordings of telephone
# corpora and of old toolkits in 8 bits come out as without speech, and no warning appears. Convert to 16 bits first.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check --prefer-binary numpy==2.2.6 auditok==0.5.2
cat > "$folder/regions.py" << 'PY'
import os
import sys
import wave

import auditok
import numpy as np

rate = 8_000
seconds = np.arange(3 * rate) / rate
sound = np.where((seconds >= 1) & (seconds < 2), 0.5 * np.sin(2 * np.pi * 300 * seconds), 0)
stored = {
    16: np.round(sound * 32_767).astype("<i2").tobytes(),
    8: np.round(sound * 127 + 128).astype(np.uint8).tobytes(),
}


def regions(bits, threshold):
    path = os.path.join(sys.argv[1], f"{bits}.wav")
    with wave.open(path, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(bits // 8)
        file.setframerate(rate)
        file.writeframes(stored[bits])
    found = auditok.split(path, energy_threshold=threshold, max_silence=0.1)
    return [(round(float(each.start), 1), round(float(each.end), 1)) for each in found]


found = {(bits, threshold): regions(bits, threshold) for bits in stored for threshold in (50, 40, 20)}
for (bits, threshold), own in found.items():
    print(f"{bits} bits, threshold {threshold} dB: {own}")
assert all(len(found[16, threshold]) == 1 and found[16, threshold][0][0] == 1.0 for threshold in (50, 40, 20))
assert found[8, 50] == [], "8 bits are read without a sign now"
assert found[8, 20] == [(0.0, 3.0)]
silences = found[8, 40]
assert len(silences) == 2 and silences[0][0] == 0.0 and silences[0][1] <= 1.2 and silences[1][0] >= 1.9
PY
"$folder/venv/bin/python" -W ignore "$folder/regions.py" "$folder"
