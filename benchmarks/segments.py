"""Speech and pauses that the segments of a long recording hold, in steady noise: as `ser` finds them, and otherwise.

python -m benchmarks.segments CORPUS_FOLDER

Clips of the folder, each 6 dB about one peak, with pauses of 2 to 5 s between them; white or pink noise so many dB
below the power of their speech, which is what is within 25 dB of the loudest frame of its clip. "pauses" is what is
more than 1.5 s away from any.
"""

import argparse
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ser_tasks.audio.decode import read_mono
from ser_tasks.bundles.inference.speech_segments import LEVEL, SAMPLING_RATE, segments
from ser_tasks.bundles.inference.streaming import signal_statistics
from ser_tasks.params.reading import read_params

Array = NDArray[np.floating]

CLIPS = 24
FRAME = 480  # samples, 30 ms
WITHIN = 25  # dB of the loudest frame
FAR = 50  # frames, 1.5 s
SNR = (None, 20, 10, 5, 0)  # dB
COLOURS: Mapping[str, float] = {"white": 0.0, "pink": 0.5, "brown": 1.0}
ALONE = 0.1  # standard deviation of noise without a voice


@dataclass(frozen=True)
class Way:
    """Settings of the detector that are compared; those of params.yaml are None."""

    level: float = LEVEL  # that the loudest second reaches in the copy of the detector
    least_variation: float | None = None
    aggressiveness: int | None = None


WAYS: Mapping[str, Way] = {
    "as ser does": Way(),
    "the detector alone": Way(least_variation=0),
    "alone, on a quiet copy": Way(level=0.06, least_variation=0, aggressiveness=0),
}


def recording(clips: list[Array], generator: np.random.Generator) -> tuple[Array, NDArray[np.bool_]]:
    """The clips with pauses between them, and which of its frames are speech."""
    parts, spoken = [], []
    for clip in clips:
        pause = round(SAMPLING_RATE * generator.uniform(2, 5)) // FRAME * FRAME
        own = clip[: len(clip) // FRAME * FRAME] / np.abs(clip).max() * 10 ** (generator.uniform(-6, 6) / 20)
        level = power(own)
        parts += [np.zeros(pause), own]
        spoken += [np.zeros(pause // FRAME, bool), level > level.max() - WITHIN]
    return np.concatenate(parts), np.concatenate(spoken)


def power(signal: Array) -> Array:
    """Of each frame, in dB."""
    return np.asarray(10 * np.log10((signal.reshape(-1, FRAME) ** 2).mean(axis=1) + 1e-12))


def noise(n: int, colour: float, generator: np.random.Generator) -> Array:
    """Of standard deviation 1; power falls with the frequency to the power of twice `colour`."""
    spectrum = np.fft.rfft(generator.standard_normal(n))
    made = np.fft.irfft(spectrum / np.maximum(np.arange(len(spectrum)), 1) ** colour, n)
    return np.asarray(made / made.std())


def held(signal: Array, way: Way) -> NDArray[np.bool_]:
    """Frames inside segments."""
    statistics = signal_statistics([np.float32(signal)], sampling_rate=SAMPLING_RATE)
    own = {"least_variation": way.least_variation, "aggressiveness": way.aggressiveness}
    changes = {name: value for name, value in own.items() if value is not None}
    voice, loud = read_params().timeline.voice.model_copy(update=changes), statistics.loud * LEVEL / way.level
    inside = np.zeros(len(signal) // FRAME, bool)
    for start, end in segments([np.float32(signal)], loud=loud, duration=statistics.duration, voice=voice):
        inside[round(start * SAMPLING_RATE) // FRAME : round(end * SAMPLING_RATE) // FRAME] = True
    return inside


def main() -> None:
    """Print a line for each noise."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    folder = parser.parse_args().folder
    files = sorted([*folder.rglob("*.wav"), *folder.rglob("*.flac")])
    if not files:
        parser.error(f"{folder}: no .wav or .flac file below it. Name a folder of recordings.")
    chosen = [files[place] for place in np.linspace(0, len(files) - 1, CLIPS).astype(int)]
    generator = np.random.default_rng(0)
    clips = [read_mono(file, sampling_rate=SAMPLING_RATE) for file in chosen]
    clean, speech = recording(clips, generator)
    pauses = np.convolve(speech, np.ones(2 * FAR + 1), "same") == 0
    loudness = np.sqrt(np.mean(clean.reshape(-1, FRAME)[speech] ** 2))
    shares = f"speech {100 * speech.mean():.0f} %, pauses {100 * pauses.mean():.0f} %"
    print(f"{shares} of {len(clean) / SAMPLING_RATE:.0f} s; held of speech / of pauses, in %:", ", ".join(WAYS))
    for colour, exponent in COLOURS.items():
        for snr in SNR:
            ratio = 60 if snr is None else snr
            mixed = clean + loudness * 10 ** (-ratio / 20) * noise(len(clean), exponent, generator)
            found = [held(mixed / np.abs(mixed).max(), way) for way in WAYS.values()]
            figures = [f"{100 * own[speech].mean():3.0f} / {100 * own[pauses].mean():3.0f}" for own in found]
            print(f"{colour:5} {ratio:2} dB", *figures, sep="   ")
        found = [held(ALONE * noise(len(clean), exponent, generator), way) for way in WAYS.values()]
        print(f"{colour:5} alone", *[f"      {100 * own.mean():3.0f}" for own in found], sep="   ")


if __name__ == "__main__":
    main()
