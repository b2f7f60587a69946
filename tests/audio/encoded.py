"""A tone in every format that FFmpeg and libsndfile can write here."""

from pathlib import Path

import av
import numpy as np
import soundfile

SECONDS, HERTZ = 3, 220
VARIABLE = {"flags": "+qscale", "global_quality": "590"}  # an MP3 of variable bit rate
SPECIMEN = {  # name: (written by, options, samples that are heard, of the rate)
    "a.wav": ("PCM_16", {}, 48_000, 16_000),
    "ulaw.wav": ("ULAW", {}, 48_000, 16_000),
    "ima.wav": ("IMA_ADPCM", {}, 48_816, 16_000),
    "gsm.wav": ("GSM610", {"rate": 8_000}, 24_320, 8_000),
    "g721.wav": ("G721_32", {"rate": 8_000}, 24_000, 8_000),
    "a.aiff": ("PCM_16", {}, 48_000, 16_000),
    "a.au": ("PCM_16", {}, 48_000, 16_000),
    "a.w64": ("PCM_16", {}, 48_000, 16_000),
    "a.rf64": ("PCM_16", {"format": "RF64"}, 48_000, 16_000),
    "a.caf": ("PCM_16", {}, 48_000, 16_000),
    "sphere.wav": ("PCM_16", {"format": "NIST"}, 48_000, 16_000),
    "a.flac": ("PCM_16", {}, 48_000, 16_000),
    "vorbis.ogg": ("VORBIS", {}, 48_000, 16_000),
    "a.mp3": ("MPEG_LAYER_III", {}, 48_000, 16_000),
    "libsndfile_alac.caf": ("ALAC_16", {}, 48_000, 16_000),
    "ffmpeg_alac.caf": ("alac", {}, 48_000, 16_000),
    "alac.m4a": ("alac", {}, 48_000, 16_000),
    "a.opus": ("libopus", {"container": "ogg", "rate": 48_000}, 144_000, 48_000),
    "flac.oga": ("flac", {"container": "ogg"}, 48_000, 16_000),
    "xing.mp3": ("libmp3lame", {}, 48_000, 16_000),
    "no_xing.mp3": ("libmp3lame", {"muxing": {"write_xing": "0"}}, 49_536, 16_000),
    "vbr_no_xing.mp3": ("libmp3lame", {"muxing": {"write_xing": "0"}, "coding": VARIABLE}, 49_536, 16_000),
    "mp3.wav": ("libmp3lame", {"container": "wav"}, 49_536, 16_000),
    "a.mp2": ("mp2", {"container": "mp2"}, 48_384, 16_000),
    "g722.wav": ("g722", {"container": "wav"}, 48_000, 16_000),
    "g726.wav": ("g726", {"container": "wav", "rate": 8_000}, 24_000, 8_000),
    "a.m4a": ("aac", {}, 48_128, 16_000),
    "a.aac": ("aac", {"container": "adts"}, 49_152, 16_000),
    "a.3gp": ("libopencore_amrnb", {"container": "3gp", "rate": 8_000, "coding": {"b": "12200"}}, 24_110, 8_000),
    "a.amr": ("libopencore_amrnb", {"container": "amr", "rate": 8_000, "coding": {"b": "12200"}}, 24_160, 8_000),
    "a.wma": ("wmav2", {"container": "asf"}, 47_616, 16_000),
    "a.wv": ("wavpack", {}, 48_000, 16_000),
    "a.tta": ("tta", {}, 48_000, 16_000),
    "a.ac3": ("ac3", {"container": "ac3", "rate": 32_000}, 96_768, 32_000),
    "a.webm": ("libopus", {"rate": 48_000}, 144_000, 48_000),
    "a.ts": ("aac", {"container": "mpegts"}, 49_152, 16_000),
}


def tone(rate: int = 16_000, seconds: float = SECONDS) -> np.ndarray:
    """A tone that swells and fades, shape (n_samples,), full scale [-1, 1]."""
    time = np.arange(round(seconds * rate)) / rate
    return (0.3 * np.sin(2 * np.pi * HERTZ * time) * (1 - 0.5 * np.cos(2 * np.pi * time))).astype(np.float32)


def encode(
    path: Path,
    codec: str,
    *,
    rate: int = 16_000,
    container: str | None = None,
    muxing: dict[str, str] | None = None,
    coding: dict[str, str] | None = None,
) -> Path:
    """Write the tone with FFmpeg; a codec that knows no 16 kHz gets its own rate."""
    with av.open(str(path), "w", format=container, options=muxing or {}) as out:
        stream = out.add_stream(codec, rate=rate, layout="mono", options=coding or {})
        stream.bit_rate = 32_000
        frame = av.AudioFrame.from_ndarray((tone(rate) * 32_767).astype(np.int16)[None], format="s16", layout="mono")
        frame.sample_rate, frame.pts = rate, 0
        sizes = av.AudioResampler(
            stream.codec_context.format.name, "mono", rate, stream.codec_context.frame_size or None
        )
        for part in [*sizes.resample(frame), *sizes.resample(None), None]:
            out.mux(stream.encode(part))
    return path


def specimen(folder: Path, name: str) -> Path:
    """The tone in one of the formats."""
    codec, options, _, rate = SPECIMEN[name]
    path = folder / name
    if codec == codec.upper():
        kind = options.get("format") or None
        soundfile.write(path, tone(rate), rate, subtype=codec, format=kind)
        return path
    return encode(path, codec, **{"rate": 16_000, **options})
