"""Speed of feature sets that describe a whole utterance: same recordings, same run, turn by turn, one core.

    python -m benchmarks.functionals FOLDER [--beside CLONE]

FOLDER is searched for WAV and FLAC files, of which at most 40 are taken, decoded beforehand. openSMILE's sets are
measured where it is installed: pip install -e '.[opensmile]'. With --beside, the functionals of another clone of this
project are measured too, by its own code and params.yaml.
"""

import argparse
import importlib.util
import json
import os
import subprocess
import sys
import time
from pathlib import Path

THREADS = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1")
OURS = ("functionals", "lld", "pitch", "log_mel", "mfcc")
THEIRS = ("egemaps", "compare_2016")
MOST_FILES = 40
ROUNDS = 5  # the fastest counts


def recordings(folder: Path) -> list[Path]:
    """Evenly spread files of the folder."""
    paths = sorted([*folder.rglob("*.wav"), *folder.rglob("*.flac")])
    if not paths:
        sys.exit(f"{folder}: no .wav or .flac file below it. Name a folder of recordings.")
    return paths[:: -(-len(paths) // MOST_FILES)]


def measured(paths: list[Path], name: str) -> tuple[float, float]:
    """CPU seconds that a feature set of this process's code takes for all recordings, and their length in s."""
    from pipelines.settings import project_params  # noqa: PLC0415  of the clone that the process runs in
    from ser_tasks.audio.decode import read_mono  # noqa: PLC0415
    from ser_tasks.features.table import feature_set  # noqa: PLC0415

    params = project_params()
    features = feature_set(name)
    sections = {section: getattr(params, section) for section in features.sections}
    rate = params.audio.sampling_rate
    signals = [read_mono(path, sampling_rate=rate) for path in paths]
    features(signals[0], sections)
    seconds = []
    for _ in range(ROUNDS):
        begin = time.process_time()
        for signal in signals:
            features(signal, sections)
        seconds.append(time.process_time() - begin)
    return min(seconds), sum(map(len, signals)) / rate


def in_clone(clone: Path, paths: list[Path], name: str) -> tuple[float, float]:
    """`measured` by a process that runs the code of a clone, with the packages of this one."""
    command = [sys.executable, str(Path(__file__).resolve()), "--measure", name, *map(str, paths)]
    environment = (
        os.environ
        | THREADS
        | {"PYTHONPATH": os.pathsep.join([str(clone.resolve()), *filter(None, [os.environ.get("PYTHONPATH")])])}
    )
    run = subprocess.run(command, cwd=clone, env=environment, capture_output=True, text=True, check=False)
    if run.returncode:
        sys.exit(f"{clone}: {name} could not be measured there.\n{run.stderr}")
    seconds, length = json.loads(run.stdout.splitlines()[-1])
    return seconds, length


def main() -> None:
    """A line for each feature set: its price, and how many times that of our functionals it is."""
    if sys.argv[1:2] == ["--measure"]:
        print(json.dumps(measured([Path(path) for path in sys.argv[3:]], sys.argv[2])))
        return
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--beside", type=Path, metavar="CLONE")
    arguments = parser.parse_args()
    here, paths = Path(__file__).resolve().parents[1], recordings(arguments.folder)
    rows = [(here, name) for name in OURS + (THEIRS if importlib.util.find_spec("opensmile") else ())]
    if arguments.beside:
        rows.insert(1, (arguments.beside, "functionals"))
    print(f"{'feature set':40s}{'CPU ms a clip':>15s}{'x real time':>13s}{'ratio':>8s}")
    reference = None
    for clone, name in rows:
        seconds, length = in_clone(clone, paths, name)
        reference = reference or seconds
        title = name if clone == here else f"{name} of {clone}"
        print(f"{title:40s}{1e3 * seconds / len(paths):15.1f}{length / seconds:13.0f}{seconds / reference:8.2f}")


if __name__ == "__main__":
    main()
