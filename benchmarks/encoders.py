"""A speech encoder on clips as they are, and padded to the 30 s that Whisper was trained on: CPU time and memory.

    python -m benchmarks.encoders FOLDER [--encoder whisper_base] [--clips 20] [--many 400]

On one core, in one run. Memory is the largest resident set after `--clips` clips, and after `--many`: it must not grow.
"""

import argparse
import resource
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from threadpoolctl import threadpool_limits

from pipelines.orchestration.environment import prepare_environment

SECONDS = 30  # that Whisper's other implementations pad to


def main() -> None:
    """Print one line for each way, then the ratio and the memory."""
    prepare_environment()
    threadpool_limits(1)
    asked = _arguments()
    from ser_tasks.audio.decode import read_mono  # noqa: PLC0415  after the environment is set
    from ser_tasks.features.encoders import ENCODERS  # noqa: PLC0415
    from ser_tasks.features.encoders.folder import loaded  # noqa: PLC0415

    encoder = loaded(ENCODERS[asked.encoder])
    rate = encoder.sampling_rate
    files = sorted(file for kind in ("wav", "flac") for file in asked.folder.rglob(f"*.{kind}"))
    every = files[:: max(1, len(files) // asked.clips)][: asked.clips]
    clips = [read_mono(file, sampling_rate=rate, start=None, end=None) for file in every]
    speech = sum(map(len, clips)) / rate
    encoder(clips[0])
    padded = [np.pad(clip, (0, max(0, SECONDS * rate - len(clip)))) for clip in clips[:: max(1, len(clips) // 5)]]
    of_padded = speech * len(padded) / len(clips)
    as_is = _cpu(encoder, clips) / speech
    long = _cpu(encoder, padded) / of_padded
    few = _peak()
    for file in files[: asked.many]:
        encoder(read_mono(file, sampling_rate=rate, start=None, end=None))
    print(f"{asked.encoder}, {len(clips)} clips of {speech / len(clips):.1f} s, one core")
    print(f"  as they are:      {1 / as_is:6.1f} times real time, {as_is * speech / len(clips):.3f} CPU s a clip")
    print(f"  padded to {SECONDS} s:   {1 / long:6.1f} times real time")
    print(f"  ratio:            {long / as_is:6.1f}")
    print(f"  memory:           {few:6.0f} MB after them, {_peak():.0f} MB after {min(asked.many, len(files))} more")


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("folder", type=Path, help="of recordings, wav or flac")
    parser.add_argument("--encoder", default="whisper_base")
    parser.add_argument("--clips", type=int, default=20)
    parser.add_argument("--many", type=int, default=400)
    return parser.parse_args()


def _cpu(encoder: Callable[[NDArray[np.float32]], Any], clips: list[NDArray[np.float32]]) -> float:
    began = time.process_time()
    for clip in clips:
        encoder(clip)
    return time.process_time() - began


def _peak() -> float:
    """MB, of this process so far."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1000


if __name__ == "__main__":
    main()
