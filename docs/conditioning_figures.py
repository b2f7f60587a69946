"""Pictures of what each conditioning step, front end and augmentation does to one utterance of the demo corpus.

python -m docs.conditioning_figures
"""

from collections.abc import Mapping
from pathlib import Path

import keras
import numpy as np
import scipy.signal
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from numpy.typing import NDArray
from PIL import Image

from benchmarks.settings import (
    BANDS,
    CONDITIONING,
    LOG_MEL,
    PATCHES,
    PSD_IMAGE,
    RATE,
    SLOPES,
    SPEC_AUGMENT,
    TRIM,
    VOICES,
    WIENER,
    WINDOWS,
)
from ser_tasks.audio.conditioning import pre_emphasised, wiener_filtered
from ser_tasks.audio.vad import peak_normalised, speech_mask, speech_span
from ser_tasks.augmentation.frames import at_tempo, mixed, with_masks
from ser_tasks.augmentation.signal import circularly_shifted, pitched, stretched, with_gain, with_white_noise
from ser_tasks.bundles.inference.speech_segments import segments
from ser_tasks.bundles.inference.streaming import signal_statistics
from ser_tasks.corpora.synthesis.corpus import demo_speaker, synthesise_utterance
from ser_tasks.features.log_mel import log_mel_spectrogram
from ser_tasks.features.log_scales import LOG_SCALES
from ser_tasks.features.mel_power import mel_power
from ser_tasks.features.psd_image import spectral_density_image
from ser_tasks.models.networks.rolling_windows import RollingWindows
from ser_tasks.models.networks.slope_channels import SlopeChannels
from ser_tasks.params.reading import read_params

Array = NDArray[np.floating]

FOLDER = Path(__file__).parent / "figures"
VOICE = read_params(FOLDER.parents[1] / "params.yaml").timeline.voice
VAD = {"sampling_rate": RATE, **TRIM.model_dump(exclude={"margin"})}
COLOURS = 128  # of a picture: a third of the bytes
GREY, BLUE, RED = "0.7", "tab:blue", "tab:red"


def utterance(emotion: str = "neutral", *, silence: float = 0.6) -> NDArray[np.float32]:
    """One utterance, and the noise of its room before and after, `silence` s of each: (n_samples,)."""
    speech, _ = synthesise_utterance(0, emotion, 0, VOICES)
    noise = np.random.default_rng(0).standard_normal((2, round(silence * RATE)))
    room = scipy.signal.lfilter([1.0], [1.0, -0.95], noise)
    room *= 10 ** (demo_speaker(0, VOICES.seed).noise / 20) / room.std()
    return np.concatenate([room[0], speech, room[1]]).astype(np.float32)


def dB(signal: Array, **changes: object) -> NDArray[np.float32]:  # noqa: N802 - the unit
    """Log-mel spectrogram, (n_frames, n_mels)."""
    return log_mel_spectrogram(signal, sampling_rate=RATE, **{**LOG_MEL.model_dump(), **changes})


def cut(frames: Array, *, length: int, step: int) -> tuple[Array, int]:
    """Windows as networks cut them, frames standardised: (n_windows, length, ...), and real frames in the last."""
    windows, _ = RollingWindows(length=length, step=step)(frames[None], np.ones((1, len(frames)), np.float32))
    windows = keras.ops.convert_to_numpy(windows[0])
    n_windows = 1 + max(0, -(-(len(frames) - length) // step))
    return windows[:n_windows], len(frames) - (n_windows - 1) * step


def standardised(frames: Array) -> Array:
    """Every column with mean 0 and standard deviation 1, as the networks' first layer leaves it."""
    return (frames - frames.mean(axis=0)) / frames.std(axis=0)


def wave(axes: Axes, title: str, signal: Array) -> None:
    """One waveform in grey."""
    axes.plot(np.arange(len(signal)) / RATE, signal, color="0.5", linewidth=0.4)
    axes.set(xlim=(0, len(signal) / RATE), xlabel="s", ylabel="amplitude")
    axes.set_title(title, fontsize=9)


def waves(axes: Axes, title: str, before: Array, after: Array) -> None:
    """Two waveforms, grey before and blue after, the softer one in front."""
    for signal, colour, label in ((before, GREY, "before"), (after, BLUE, "after")):
        front = 3 if np.abs(signal).max() < max(np.abs(before).max(), np.abs(after).max()) else 2
        axes.plot(np.arange(len(signal)) / RATE, signal, color=colour, linewidth=0.4, label=label, zorder=front)
    limit = 1.05 * max(np.abs(before).max(), np.abs(after).max())
    axes.legend(fontsize=7, loc="lower left", handlelength=0.8)
    axes.set(ylim=(-limit, limit), xlim=(0, max(len(before), len(after)) / RATE), xlabel="s", ylabel="amplitude")
    axes.set_title(title, fontsize=9)


def spectra(axes: Axes, title: str, curves: Mapping[str, Array]) -> None:
    """Long-term spectra in dB, the first in grey."""
    for (label, signal), colour in zip(curves.items(), (GREY, BLUE), strict=True):
        frequency, density = scipy.signal.welch(signal.astype(float), RATE, nperseg=512)
        axes.plot(frequency / 1_000, 10 * np.log10(density + 1e-14), color=colour, linewidth=1.3, label=label)
    axes.legend(fontsize=7)
    axes.set(xlabel="kHz", ylabel="dB / Hz", xlim=(0, RATE / 2_000))
    axes.set_title(title, fontsize=9)


def picture(axes: Axes, title: str, image: Array, *, seconds: float | None = None, **options: object) -> None:
    """An image of shape (time, bands), low bands below."""
    axes.imshow(
        image.T,
        origin="lower",
        aspect="auto",
        interpolation="nearest",
        extent=(0, seconds or len(image) * LOG_MEL.hop, 0, image.shape[1]),
        **{"cmap": "magma", **options},
    )
    axes.set_xlabel("s")
    axes.set_title(title, fontsize=9)


def conditioning(figure: Figure) -> None:
    """Denoising, pre-emphasis, level, voice activity, sentences, and the augmentation of waveforms."""
    axes = figure.subplots(4, 3)
    clip = utterance()
    noisy = with_white_noise(clip, generator=np.random.default_rng(0), snr=(15, 15))
    spectra(
        axes[0, 0],
        f"Wiener filter, {WIENER.window} samples",
        {"before": noisy, "after": wiener_filtered(noisy, window=WIENER.window)},
    )
    spectra(
        axes[0, 1],
        f"pre-emphasis {CONDITIONING.pre_emphasis}",
        {"before": clip, "after": pre_emphasised(clip, coefficient=CONDITIONING.pre_emphasis)},
    )
    waves(axes[0, 2], f"peak normalisation to {CONDITIONING.peak}", clip, peak_normalised(clip, peak=CONDITIONING.peak))

    mask = speech_mask(clip, **VAD)
    start, end = speech_span(clip, **VAD, margin=TRIM.margin)
    wave(axes[1, 0], "voice activity (red), kept by trimming (blue)", clip)
    axes[1, 0].fill_between(
        VAD["frame"] * np.arange(len(mask)), 0.9 * np.abs(clip).max(), np.abs(clip).max(), mask, color=RED, step="post"
    )
    axes[1, 0].axvspan(start, end, color=BLUE, alpha=0.15)
    recording = np.concatenate([utterance(name, silence=0.7) for name in ("neutral", "anger", "sadness", "happiness")])
    wave(axes[1, 1], "a long recording, sliced into sentences (blue)", recording)
    statistics = signal_statistics([recording], sampling_rate=RATE)
    for first, last in segments([recording], loud=statistics.loud, duration=statistics.duration, voice=VOICE):
        axes[1, 1].axvspan(first, last, color=BLUE, alpha=0.2, linewidth=1.5, ec=BLUE)
    chance = np.random.default_rng(0)
    waves(
        axes[1, 2],
        "circular shift by 0.5 s",
        clip,
        circularly_shifted(clip, generator=chance, sampling_rate=RATE, shift=(0.5, 0.5)),
    )
    gained = with_gain(clip, generator=chance, gain=(-6, -6))
    waves(axes[2, 0], "gain of -6 dB", clip, gained)
    limits = {"vmin": -80, "vmax": 0}
    images = {
        "log-mel, as it is": clip,
        "white noise, SNR 15 dB": noisy,
        "time stretch, rate 0.8": stretched(clip, sampling_rate=RATE, rate=0.8),
        "time stretch, rate 1.25": stretched(clip, sampling_rate=RATE, rate=1.25),
        "pitch shift, +4 semitones": pitched(clip, sampling_rate=RATE, semitones=4),
    }
    for place, (title, signal) in zip(axes.ravel()[7:], images.items(), strict=True):
        picture(place, title, dB(signal), **limits)
        place.set_xlim(0, 1.25 * len(clip) / RATE)
        place.set_ylabel("mel band")


def front_ends(figure: Figure) -> None:
    """What networks see: the laws, the images, and the augmentation of features."""
    axes = figure.subplots(4, 4)
    clip = utterance(silence=0.2)
    power, frames = mel_power(clip, **BANDS), dB(clip)
    picture(axes[0, 0], "mel power, no logarithm", power)
    for place, (title, law) in zip(
        axes[0, 1:], {"ln(m + 1e-6)": "ln", "ln(1 + 1e6 m)": "ln1p", "dB": "db"}.items(), strict=True
    ):
        picture(place, title, LOG_SCALES[law](power))

    image = spectral_density_image(clip, sampling_rate=RATE, **PSD_IMAGE.model_dump())
    row = PSD_IMAGE.block * PSD_IMAGE.hop_length / RATE
    picture(axes[1, 0], "PSD image", image, seconds=len(image) * row)
    picture(axes[1, 1], "dB, dynamic range 40", dB(clip, dynamic_range=40))
    limits = {"vmin": -2, "vmax": 2}  # standard deviations
    windows, n_real = cut(standardised(dB(clip, n_mels=128)), **WINDOWS)
    picture(axes[1, 2], f"first of {len(windows)} windows, standardised", windows[0], **limits)
    picture(axes[1, 3], f"last: {n_real} frames are real", windows[-1], **limits)
    axes[1, 3].axvline(n_real * LOG_MEL.hop, color="white", linewidth=1, linestyle="--")

    slopes = SlopeChannels(**SLOPES)(standardised(frames)[None], np.ones((1, len(frames)), np.float32))
    patches, _ = cut(keras.ops.convert_to_numpy(slopes)[0], **PATCHES)
    for place, title, channel, options in zip(
        axes[2, :3],
        ("static", "slope", "curvature"),
        range(3),
        (limits, {"cmap": "RdBu_r", "vmin": -1, "vmax": 1}, {"cmap": "RdBu_r", "vmin": -0.5, "vmax": 0.5}),
        strict=True,
    ):
        picture(place, f"patch 3 of {len(patches)}, 64 x 64: {title}", patches[2, :, :, channel], **options)
    joined = np.concatenate([np.pad(patch[:, :, 0], ((0, 6), (0, 0)), constant_values=np.nan) for patch in patches])
    picture(axes[2, 3], f"all {len(patches)} patches, side by side", joined, **limits)

    chance = np.random.default_rng(4)
    masked = with_masks(
        frames,
        generator=chance,
        **SPEC_AUGMENT.model_dump(),
        fill=float(frames.mean()),
    )
    other = dB(utterance("anger", silence=0.2))
    length = min(len(frames), len(other))
    labels = np.eye(2, dtype=np.float32)
    both, shares = mixed((frames[:length], labels[0]), (other[:length], labels[1]), generator=chance, alpha=8.0)
    picture(axes[3, 0], "SpecAugment", masked)
    picture(axes[3, 1], "tempo 1.25, on the frames", at_tempo(frames, rate=1.25))
    picture(axes[3, 2], "another utterance: anger", other[:length])
    picture(axes[3, 3], f"mixup: {shares[0]:.0%} neutral, {shares[1]:.0%} anger", both)
    for place in axes[:, 0]:
        place.set_ylabel("band")


def main() -> None:
    """Draw both pictures."""
    FOLDER.mkdir(exist_ok=True)
    for name, draw, size in (("conditioning", conditioning, (11, 10)), ("front_ends", front_ends, (12, 10))):
        figure = Figure(figsize=size, layout="constrained", dpi=90)
        draw(figure)
        path = FOLDER / f"{name}.png"
        figure.savefig(path)
        with Image.open(path) as picture_in_full:
            few_colours = picture_in_full.convert("RGB").quantize(COLOURS)
        few_colours.save(path, optimize=True)


if __name__ == "__main__":
    main()
