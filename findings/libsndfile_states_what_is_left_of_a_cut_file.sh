#!/usr/bin/env bash
# libsndfile 1.2.2 (soundfile 0.14.0): the frames that it states are what is there, not what the header promises.
#
# Guess: a file that was cut in half states more frames than it can give, so counting tells.
# Seen: of WAV, AIFF, AU, W64, RF64 and NIST SPHERE it states and reads what is left, without an error, though every one
# of these headers says how much there was. CAF is refused ("malformed"), FLAC fails while it is read. The same the other
# way round: of two FLAC files in one, and of two Ogg streams, which Ogg allows (chaining), it states and reads the first
# alone. FFmpeg 8.1.2 reads both of each.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check av==18.1.0 numpy==2.4.2 soundfile==0.14.0
cd "$folder"
venv/bin/python - <<'PYTHON'
from pathlib import Path

import av
import numpy as np
import soundfile

signal = 0.3 * np.sin(2 * np.pi * 220 * np.arange(48_000) / 16_000)


def read(path):
    try:
        with soundfile.SoundFile(path) as sound:
            return sound.frames, len(sound.read())
    except soundfile.LibsndfileError as error:
        return error.error_string


for ending, kind in (("wav", None), ("aiff", None), ("au", None), ("w64", None), ("rf64", "RF64"), ("nist", "NIST"),
                     ("caf", None), ("flac", None)):
    path = Path(f"cut.{ending}")
    soundfile.write(path, signal, 16_000, format=kind, subtype="PCM_16")
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    found = read(path)
    print(f"half of {ending}: {found}")
    if ending in ("caf", "flac"):
        assert isinstance(found, str)
    else:
        assert found[0] == found[1] and 23_000 < found[1] < 25_000

for name, kind, subtype in (("two.flac", None, "PCM_16"), ("two.ogg", None, "VORBIS"), ("two.opus", "OGG", "OPUS")):
    path = Path(name)
    soundfile.write(path, signal, 16_000, format=kind, subtype=subtype)
    path.write_bytes(path.read_bytes() * 2)
    with av.open(name) as file:
        seconds = sum(frame.samples / frame.sample_rate for frame in file.decode(audio=0))
    print(f"{name}: libsndfile {read(path)[1] / 16_000:.2f} s, FFmpeg {seconds:.2f} s of 6")
    assert read(path) == (48_000, 48_000)
    assert abs(seconds - 6) < 0.05
PYTHON
