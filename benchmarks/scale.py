"""RAVDESS 1, 10 and 100 times over: CPU time, memory and disk of each step, from import to prediction.

    python -m benchmarks.scale RAVDESS --to FOLDER [--times 1 10] [--model logistic] [--encoder NAME FOLDER]
        [--steps import check utterances features] [--picture FILE]

Every copy of the corpus plays at a tempo and pitch of its own, at another level, with another noise; its speakers are
speakers of their own. What has been measured is kept in FOLDER/MODEL/measured.jsonl and not measured again. CPU time
and peak memory are those of a step and of all processes that it started; sizes grow, and one step runs at a time.
"""

import argparse
import csv
import json
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

PROJECT = Path(__file__).resolve().parents[1]
RATE = 16_000  # Hz, of the copies
COLOURS = 10  # of a picture, before they come again
EMOTIONS = ("neutral", "calm", "happy", "sad", "angry", "fearful", "disgust", "surprised")  # codes 01 to 08
PYTHON = (sys.executable, "-m")
SER = (*PYTHON, "pipelines.cli")
STAGE = (*PYTHON, "pipelines")


@dataclass(frozen=True)
class Step:
    """What is run in the clone of a size, and where what it writes is."""

    name: str
    command: tuple[str, ...]
    writes: str = ""  # folder or file below the clone; its size on disk is measured


def steps(folder: Path, times: int, model: str, encoder: Sequence[str]) -> Sequence[Step]:
    """All of a size, in their order; of a speech encoder, if there is one, its features too."""
    table, sounds = str(folder / f"{times}.csv"), str(folder / "sounds")
    copies = [f"{sounds}/{copy:03}" for copy in range(times)]
    facts = ("--kind", "acted", "--language", "en", "--licence", "CC BY-NC-SA 4.0", "--citation", "RAVDESS, varied")
    place = ("scale", "speaker_independent", model)
    encoded = ()
    if encoder:
        name, weights = encoder
        fetch, features = (*SER, "fetch-encoder", name, "--from", weights), (*STAGE, "features", "scale", name)
        encoded = (Step("fetch", fetch), Step(name, features, f"data/features/scale/{name}"))
    return (
        Step("import", (*SER, "import", table, "--name", "scale", "--audio", sounds, *facts), "data"),
        Step("check", (*SER, "check", "scale")),
        Step("utterances", (*STAGE, "utterances", "scale"), "data/utterances"),
        Step("features", (*STAGE, "features", "scale", "functionals"), "data/features"),
        Step("evaluate", (*STAGE, "evaluate", *place), "data/predictions"),
        Step("compare", (*SER, "compare", "scale")),
        Step("verify", (*SER, "verify", "scale")),
        Step("bundle", (*SER, "bundle", "scale", model), "data/bundles"),
        Step("predict", (*SER, "predict", *copies, "--bundle", f"scale_{model}", "--to", f"{times}.parquet")),
        *encoded,
    )


@dataclass(frozen=True)
class Measured:
    """One step of one size."""

    times: int
    step: str
    utterances: int
    cpu_s: float  # of the step and all that it started
    peak_mb: float  # the largest resident set among these processes
    disk_mb: float
    status: int


def varied(signal: NDArray[np.float32], sampling_rate: int, copy: int, number: int) -> NDArray[np.float32]:
    """A recording as its copy has it, at RATE; copy 0 keeps speed and level, and its noise is 90 dB below.

    Args:
        signal: mono, full scale [-1, 1], shape (n_samples,)
        sampling_rate: in Hz
        copy: its number, from 0
        number: of the recording, for the noise
    """
    import soxr  # noqa: PLC0415

    rng = np.random.default_rng((copy, number))
    own = np.random.default_rng(copy)
    speed, gain, snr = (
        (1.0, 0.0, 90.0) if copy == 0 else (own.uniform(0.88, 1.14), own.uniform(-9, 3), own.uniform(25, 50))
    )
    sound = np.asarray(soxr.resample(signal, sampling_rate * speed, RATE), np.float32)
    sound *= min(10 ** (gain / 20), 0.98 / max(float(np.abs(sound).max()), 1e-9))
    noise = rng.standard_normal(len(sound), np.float32) * np.sqrt(np.mean(sound**2)) * 10 ** (-snr / 20)
    return np.clip(sound + noise, -1, 1)


def write_copy(recordings: Sequence[Path], folder: Path, copy: int) -> None:
    """FLAC files of one copy, all or none."""
    import soundfile  # noqa: PLC0415

    whole, part = folder / f"{copy:03}", folder / f"{copy:03}.part"
    if whole.exists():
        return
    part.mkdir(parents=True, exist_ok=True)
    for number, file in enumerate(recordings):
        samples, rate = soundfile.read(file, dtype="float32", always_2d=True)
        soundfile.write(part / f"{file.stem}.flac", varied(samples.mean(axis=1), rate, copy, number), RATE, "PCM_16")
    part.rename(whole)


def rows(recordings: Sequence[Path], times: int) -> Iterator[tuple[str, str, str, str]]:
    """Lines of the table of a size: path, emotion, speaker, gender."""
    for copy in range(times):
        for file in recordings:
            parts = file.stem.split("-")
            gender = "male" if int(parts[6]) % 2 else "female"
            yield f"{copy:03}/{file.stem}.flac", EMOTIONS[int(parts[2]) - 1], f"{copy:03}-{parts[6]}", gender


def make(source: Path, folder: Path, times: int) -> None:
    """Sounds and table of a size."""
    recordings = sorted(file for kind in ("flac", "wav") for file in source.rglob(f"03-01-*.{kind}"))
    with ProcessPoolExecutor() as pool:
        list(pool.map(write_copy, *zip(*((recordings, folder / "sounds", copy) for copy in range(times)), strict=True)))
    with (folder / f"{times}.csv").open("w", newline="", encoding="utf-8") as file:
        table = csv.writer(file)
        table.writerow(("path", "emotion", "speaker", "gender"))
        table.writerows(rows(recordings, times))


def megabytes(path: Path) -> float:
    """Of a file, or of all below a folder; a link counts for nothing."""
    files = [path] if path.is_file() else path.rglob("*")
    return sum(file.stat().st_size for file in files if file.is_file() and not file.is_symlink()) / 1e6


def measure(step: Step, clone: Path, environment: Mapping[str, str], *, times: int, utterances: int) -> Measured:
    """Run it; what it prints is in the clone's folder `.scale`."""
    (clone / ".scale").mkdir(exist_ok=True)
    with (clone / ".scale" / f"{step.name}.txt").open("wb") as output:
        process = subprocess.Popen(step.command, cwd=clone, env=environment, stdout=output, stderr=subprocess.STDOUT)
        _, status, used = os.wait4(process.pid, 0)
    disk = megabytes(clone / step.writes) if step.writes else 0.0
    cpu = used.ru_utime + used.ru_stime
    return Measured(times, step.name, utterances, cpu, used.ru_maxrss / 1e3, disk, os.waitstatus_to_exitcode(status))


def read_measured(file: Path) -> list[Measured]:
    """Those that succeeded."""
    lines = file.read_text(encoding="utf-8").splitlines() if file.exists() else []
    found = [Measured(**json.loads(line)) for line in lines]
    return [one for one in found if one.status == 0]


def run(folder: Path, times: int, model: str, todo: Sequence[Step]) -> None:
    """Every step of a size that has not been measured, in a clone of the project; stops at one that fails."""
    file, clone = folder / model / "measured.jsonl", folder / model / f"project-{times}"
    if not clone.exists():
        subprocess.run(["git", "clone", "--quiet", PROJECT, clone], check=True)
    done = {(one.times, one.step) for one in read_measured(file)}
    utterances = sum(1 for _ in (folder / f"{times}.csv").open(encoding="utf-8")) - 1
    home = folder / "home"
    home.mkdir(exist_ok=True)
    environment = {**os.environ, "HOME": str(home), "PYTHONPATH": str(clone)}
    for step in todo:
        if (times, step.name) in done:
            continue
        found = measure(step, clone, environment, times=times, utterances=utterances)
        with file.open("a", encoding="utf-8") as out:
            out.write(json.dumps(asdict(found)) + "\n")
        if found.status:
            text = (clone / ".scale" / f"{step.name}.txt").read_text(encoding="utf-8", errors="replace")
            raise SystemExit(f"{step.name} of {times} times ended with {found.status}:\n{text[-2000:]}")


def table(found: Sequence[Measured]) -> str:
    """One line a step: ms a clip, peak memory and disk at each size."""
    sizes = sorted({one.times for one in found})
    by = {(one.step, one.times): one for one in found}
    lines = [f"{'':12}" + "".join(f"{f'{size} x':>30}" for size in sizes)]
    lines.append(f"{'':12}" + f"{'CPU ms a clip':>14}{'MB':>8}{'disk MB':>8}" * len(sizes))
    for name in dict.fromkeys(one.step for one in found):
        cells = [by.get((name, size)) for size in sizes]
        lines.append(
            f"{name:12}"
            + "".join(
                f"{'':>30}"
                if one is None
                else f"{1000 * one.cpu_s / one.utterances:14.1f}{one.peak_mb:8.0f}{one.disk_mb:8.1f}"
                for one in cells
            )
        )
    return "\n".join(lines)


def draw(found: Sequence[Measured], to: Path) -> None:
    """CPU seconds, peak memory and disk against the number of clips, one line a step."""
    from matplotlib.figure import Figure  # noqa: PLC0415

    figure = Figure(figsize=(12, 4), layout="constrained")
    sizes = sorted({one.utterances for one in found})
    names = list(dict.fromkeys(one.step for one in found))
    labels = {"cpu_s": "CPU s", "peak_mb": "peak memory, MB", "disk_mb": "on disk, MB"}
    panels = figure.subplots(1, len(labels))
    for panel, (field, label) in zip(panels, labels.items(), strict=True):
        for number, name in enumerate(names):
            own = sorted((one for one in found if one.step == name), key=lambda one: one.utterances)
            heights = [getattr(one, field) for one in own]
            if any(heights):
                line = "o-" if number < COLOURS else "s--"
                panel.plot([one.utterances for one in own], heights, line, color=f"C{number}", label=name)
        height = "linear" if field == "peak_mb" else "log"
        panel.set(xscale="log", yscale=height, xlabel="clips", ylabel=label)
        panel.set_xticks(sizes, [f"{size:,}".replace(",", " ") for size in sizes])
        panel.minorticks_off()
        panel.grid(alpha=0.3)
    figure.legend(*panels[0].get_legend_handles_labels(), loc="outside right center")
    figure.savefig(to, dpi=120)


def main() -> None:
    """Make, run, print, draw."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("ravdess", type=Path, help="folder of the corpus")
    parser.add_argument("--to", type=Path, required=True, help="folder for sounds, clones and figures")
    parser.add_argument("--times", type=int, nargs="+", default=[1, 10])
    parser.add_argument("--model", default="logistic", help="logistic_large leaves its features on the disk")
    parser.add_argument("--encoder", nargs=2, default=(), metavar=("NAME", "FOLDER"), help="and its weights")
    parser.add_argument("--steps", nargs="+", default=(), help="those alone, of which each needs the ones before it")
    parser.add_argument("--picture", type=Path)
    asked = parser.parse_args()
    folder = asked.to.resolve()
    for times in sorted(asked.times):
        todo = {step.name: step for step in steps(folder, times, asked.model, asked.encoder)}
        if unknown := {*asked.steps} - {*todo}:
            parser.error(f"--steps {' '.join(sorted(unknown))}: expected some of {' '.join(todo)}")
        make(asked.ravdess.resolve(), folder, times)
        run(folder, times, asked.model, [step for name, step in todo.items() if not asked.steps or name in asked.steps])
    found = read_measured(folder / asked.model / "measured.jsonl")
    print(table(found))
    if asked.picture:
        draw(found, asked.picture)


if __name__ == "__main__":
    main()
