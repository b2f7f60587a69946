"""Coverage of 95 % intervals of the UAR, simulated: python -m benchmarks.reliability.interval_coverage.

Speakers and their recalls are drawn anew in each trial: the recall of a class has its own mean, from 30 to 75 %, and on
the logistic scale every speaker a deviation of 0.5, and every speaker in every class another of 0.3. Counted are all
speakers alike, as the intervals did before, or as many as those of equal size they are worth.
"""

import sys
from collections.abc import Callable, Sequence
from unittest.mock import patch

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit, logit

from ser_tasks.evaluation import metrics
from ser_tasks.evaluation.speaker_bootstrap import effective_speakers

SPEAKER_SD, CLASS_SD = 0.5, 0.3
MIX = (0.48, 0.154, 0.132, 0.108, 0.08, 0.026, 0.02)  # shares of the classes in MELD's test part
RULES: dict[str, Callable[..., float]] = {"speakers": lambda sizes: float(len(sizes)), "worth": effective_speakers}

Counts = NDArray[np.int64]


def equal(speakers: int, classes: int, each: int) -> Counts:
    """Utterances of each speaker and class."""
    return np.full((speakers, classes), each)


def six_voices() -> Counts:
    """A hundred speakers, of whom six hold 83 % of about 2600 utterances."""
    rng = np.random.default_rng(1)
    sizes = [360] * 6 + rng.integers(1, 9, 94).tolist()
    return np.stack([rng.multinomial(size, np.array(MIX) / sum(MIX)) for size in sizes])


DESIGNS = {
    "24 speakers, 64 utterances each, 8 classes": equal(24, 8, 8),
    "10 speakers, 32 utterances each, 4 classes": equal(10, 4, 8),
    "100 speakers, six of whom hold 83 %, 7 classes": six_voices(),
}


def true_uar(classes: int) -> float:
    """That of all speakers that could be drawn."""
    rng = np.random.default_rng(0)
    deviation = rng.normal(0, np.hypot(SPEAKER_SD, CLASS_SD), (400_000, classes))
    return float(expit(_means(classes) + deviation).mean())


def _means(classes: int) -> NDArray[np.float64]:
    return np.asarray(logit(np.linspace(0.30, 0.75, classes)))


def held(counts: Counts, *, trials: int) -> dict[str, tuple[float, float]]:
    """Rule -> share of the intervals that hold the true UAR, and their mean half width."""
    rng, (speakers, classes) = np.random.default_rng(0), counts.shape
    names, truth = np.arange(classes), np.concatenate([np.repeat(np.arange(classes), row) for row in counts])
    who, true = np.repeat(np.arange(speakers), counts.sum(axis=1)), true_uar(classes)
    found: dict[str, list[tuple[bool, float]]] = {rule: [] for rule in RULES}
    for trial in range(trials):
        own, more = rng.normal(0, SPEAKER_SD, (speakers, 1)), rng.normal(0, CLASS_SD, (speakers, classes))
        hit = rng.random(len(who)) < expit(_means(classes) + own + more)[who, truth]
        answers = np.where(hit, truth, (truth + rng.integers(1, classes, len(who))) % classes)
        for rule, worth in RULES.items():
            interval = _interval(truth, answers, who, names, worth, seed=trial)
            found[rule].append((interval.low <= true <= interval.high, (interval.high - interval.low) / 2))
    return {rule: (float(np.mean([h for h, _ in f])), float(np.mean([w for _, w in f]))) for rule, f in found.items()}


def _interval(
    truth: Counts, answers: Counts, who: Counts, names: Counts, worth: Callable[..., float], *, seed: int
) -> metrics.Interval:
    lists: Sequence[list[str]] = [values.astype(str).tolist() for values in (truth, answers, who)]
    with patch.object(metrics, "effective_speakers", worth):
        return metrics.uar_interval(
            *lists, classes=names.astype(str).tolist(), confidence=0.95, resamples=400, seed=seed
        )


def main(trials: int) -> None:
    """One line for each design."""
    for name, counts in DESIGNS.items():
        worth, found = effective_speakers(counts.sum(axis=1)), held(counts, trials=trials)
        said = ", ".join(f"{rule} {100 * share:.1f} % (± {100 * half:.1f})" for rule, (share, half) in found.items())
        print(f"{name}: worth {worth:.1f}; held by intervals over {said}", flush=True)


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 1000)
