#!/usr/bin/env bash
# FFmpeg 8.1.2 (PyAV 18.1.0), ALAC in CAF: the remainder of the last packet is taken off twice.
#
# Guess: a lossless codec gives back the samples that were written, whatever file it lies in.
# Seen: of 48 000 samples (12 packets of 4096, remainder 1152) FFmpeg decodes 46 848, whether libsndfile or FFmpeg itself
# wrote the file: the remainder that the packet table states is skipped, though the decoder gives no more samples than the
# last packet holds. In MP4 the same codec loses none. With flags2=+skip_manual, which leaves trimming to the caller, all
# 48 000 come, and they are those that were written. libsndfile 1.2.2 reads its own file whole and refuses FFmpeg's
# ("unsupported encoding"), so neither reads all CAF/ALAC by default.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check av==18.1.0 numpy==2.4.2 soundfile==0.14.0
cd "$folder"
venv/bin/python - <<'PYTHON'
import av
import numpy as np
import soundfile

signal = np.round(8000 * np.sin(2 * np.pi * 220 * np.arange(48_000) / 16_000)).astype(np.int16)
soundfile.write("libsndfile.caf", signal, 16_000, subtype="ALAC_16")
for name in ("ffmpeg.caf", "ffmpeg.m4a"):
    with av.open(name, "w") as out:
        stream = out.add_stream("alac", rate=16_000, layout="mono")
        frame = av.AudioFrame.from_ndarray(signal[None], format="s16", layout="mono")
        frame.sample_rate, frame.pts = 16_000, 0
        sizes = av.AudioResampler(stream.codec_context.format.name, "mono", 16_000, stream.codec_context.frame_size)
        for part in [*sizes.resample(frame), *sizes.resample(None), None]:
            out.mux(stream.encode(part))


def decoded(name, **options):
    with av.open(name) as file:
        stream = file.streams.audio[0]
        stream.codec_context.options = options
        plain = av.AudioResampler("s16", "mono")
        parts = [part for frame in file.decode(stream) for part in plain.resample(frame)]
        return np.concatenate([part.to_ndarray()[0] for part in parts])


for name, expected in (("libsndfile.caf", 46_848), ("ffmpeg.caf", 46_848), ("ffmpeg.m4a", 48_000)):
    short, whole = decoded(name), decoded(name, flags2="+skip_manual")
    print(f"{name}: {len(short)} samples, with skip_manual {len(whole)}, as written: {np.array_equal(whole, signal)}")
    assert len(short) == expected
    assert np.array_equal(whole, signal)
assert len(soundfile.read("libsndfile.caf")[0]) == 48_000
try:
    soundfile.read("ffmpeg.caf")
    raise SystemExit("libsndfile reads FFmpeg's CAF by now")
except soundfile.LibsndfileError as error:
    print(f"libsndfile of ffmpeg.caf: {error.error_string}")
PYTHON
