"""Pictures of what each conditioning step, front end and augmentation does to one utterance of the demo corpus.

python docs/conditioning_figures.py
"""

from collections.abc import Mapping
from pathlib import Path

import numpy as np
import scipy.signal
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from numpy.typing import NDArray
from PIL import Image

from ser_tasks.audio.peak import peak_normalised
from ser_tasks.audio.pre_emphasis import pre_emphasised
from ser_tasks.audio.sentences import sentence_spans
from ser_tasks.audio.vad import speech_mask, speech_span
from ser_tasks.audio.wiener import wiener_filtered
from ser_tasks.augmentation.circular_shift import circularly_shifted
from ser_tasks.augmentation.gain import with_gain
from ser_tasks.augmentation.mixup import mixed
from ser_tasks.augmentation.noise import with_white_noise
from ser_tasks.augmentation.pitch_shift import pitched
from ser_tasks.augmentation.spec_augment import with_masks
from ser_tasks.augmentation.tempo import at_tempo
from ser_tasks.augmentation.time_stretch import stretched
from ser_tasks.features.log_laws import LOG_LAWS
from ser_tasks.features.mel_power import mel_power
from ser_tasks.features.patches import delta_patches
from ser_tasks.features.psd_image import fixed_psd_image, psd_image
from ser_tasks.features.windows import rolling_windows
from ser_tasks.params import DemoParams
from ser_tasks.synthesis.corpus import demo_speaker, synthesise_utterance

Array = NDArray[np.floating]

FOLDER = Path(__file__).parent / "figures"
RATE = 16_000  # Hz
HOP = 0.010  # s
DEMO = DemoParams(speakers=2, utterances_per_emotion=1, difficulty=0.2, seed=0)
VAD = {"sampling_rate": RATE, "frame": 0.030, "aggressiveness": 2}
COLOURS = 128  # of a picture: a third of the bytes
GREY, BLUE, RED = "0.7", "tab:blue", "tab:red"


def utterance(emotion: str = "neutral", *, silence: float = 0.6) -> NDArray[np.float32]:
    """One utterance, and the noise of its room before and after, `silence` s of each: (n_samples,)."""
    speech, _ = synthesise_utterance(0, emotion, 0, DEMO)
    noise = np.random.default_rng(0).standard_normal((2, round(silence * RATE)))
    room = scipy.signal.lfilter([1.0], [1.0, -0.95], noise)
    room *= 10 ** (demo_speaker(0, DEMO.seed).noise / 20) / room.std()
    return np.concatenate([room[0], speech, room[1]]).astype(np.float32)


def dB(signal: Array, *, n_mels: int = 64) -> NDArray[np.float32]:  # noqa: N802 - the unit
    """Log-mel spectrogram, (n_frames, n_mels)."""
    return LOG_LAWS["db"](bands(signal, n_mels=n_mels))


def bands(signal: Array, *, n_mels: int = 64) -> NDArray[np.float32]:
    """Mel power, (n_frames, n_mels)."""
    return mel_power(signal, sampling_rate=RATE, window=0.025, hop=HOP, n_mels=n_mels, f_min=20, f_max=8_000)


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
        extent=(0, seconds or len(image) * HOP, 0, image.shape[1]),
        **{"cmap": "magma", **options},
    )
    axes.set_xlabel("s")
    axes.set_title(title, fontsize=9)


def conditioning(figure: Figure) -> None:
    """Denoising, pre-emphasis, level, voice activity, sentences, and the augmentation of waveforms."""
    axes = figure.subplots(4, 3)
    clip = utterance()
    noisy = with_white_noise(clip, generator=np.random.default_rng(0), snr=(15, 15))
    spectra(axes[0, 0], "Wiener filter, 3 samples", {"before": noisy, "after": wiener_filtered(noisy, window=3)})
    spectra(axes[0, 1], "pre-emphasis 0.97", {"before": clip, "after": pre_emphasised(clip, coefficient=0.97)})
    waves(axes[0, 2], "peak normalisation to 0.9", clip, peak_normalised(clip, peak=0.9))

    mask = speech_mask(clip, **VAD)
    start, end = speech_span(clip, **VAD, margin=0.1)
    wave(axes[1, 0], "voice activity (red), kept by trimming (blue)", clip)
    axes[1, 0].fill_between(
        VAD["frame"] * np.arange(len(mask)), 0.9 * np.abs(clip).max(), np.abs(clip).max(), mask, color=RED, step="post"
    )
    axes[1, 0].axvspan(start, end, color=BLUE, alpha=0.15)
    recording = np.concatenate([utterance(name, silence=0.7) for name in ("neutral", "anger", "sadness", "happiness")])
    wave(axes[1, 1], "a long recording, sliced into sentences (blue)", recording)
    cuts = sentence_spans(
        recording,
        **{**VAD, "aggressiveness": 3},
        onset_frames=13,
        onset_share=0.8,
        back_up_frames=20,
        pause_frames=26,
        pause_share=0.9,
        longest=10.0,
    )
    for first, last in cuts:
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
    power, frames = bands(clip), dB(clip)
    picture(axes[0, 0], "mel power, no logarithm", power)
    for place, (title, law) in zip(
        axes[0, 1:], {"ln(m + 1e-6)": "ln", "ln(1 + 1e6 m)": "ln1p", "dB": "db"}.items(), strict=True
    ):
        picture(place, title, LOG_LAWS[law](power))

    image = psd_image(clip, sampling_rate=RATE, n_fft=256, hop_length=128, block=8)
    fixed, _ = fixed_psd_image(image, sampling_rate=RATE, n_blocks=128)
    picture(axes[1, 0], "PSD image, its own length", image, seconds=len(image) * 0.064)
    picture(axes[1, 1], "PSD image, filled to 128", fixed, seconds=128 * 0.064)
    windows, mask = rolling_windows(dB(clip, n_mels=128), length=128, step=64, fill=-100.0)
    picture(axes[1, 2], f"first of {len(windows)} windows 128 x 128", windows[0], vmin=-80, vmax=0)
    picture(axes[1, 3], f"last: {mask[-1].sum()} frames are real", windows[-1], vmin=-80, vmax=0)
    axes[1, 3].axvline(mask[-1].sum() * HOP, color="white", linewidth=1, linestyle="--")

    patches, _ = delta_patches(frames, length=64, step=32, delta_reach=2)
    for place, title, channel, options in zip(
        axes[2, :3],
        ("static", "slope", "curvature"),
        range(3),
        ({}, {"cmap": "RdBu_r", "vmin": -8, "vmax": 8}, {"cmap": "RdBu_r", "vmin": -4, "vmax": 4}),
        strict=True,
    ):
        picture(place, f"patch 3 of {len(patches)}, 64 x 64: {title}", patches[2, :, :, channel], **options)
    joined = np.concatenate([np.pad(patch[:, :, 0], ((0, 6), (0, 0)), constant_values=np.nan) for patch in patches])
    picture(axes[2, 3], f"all {len(patches)} patches, side by side", joined)

    chance = np.random.default_rng(4)
    masked = with_masks(
        frames,
        generator=chance,
        time_masks=2,
        time_width=30,
        time_share=0.2,
        frequency_masks=2,
        frequency_width=10,
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
