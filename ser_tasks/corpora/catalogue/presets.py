"""The two label maps that most acted corpora need."""

from collections.abc import Collection

from ser_tasks.corpora.corpus import Preset

FOUR = ("anger", "happiness", "neutral", "sadness")
NUMBERS = {2: "two", 3: "three", 4: "four", 5: "five", 6: "six", 7: "seven", 8: "eight", 9: "nine", 10: "ten"}


def all_and_four(emotions: Collection[str]) -> dict[str, Preset]:
    """`six_classes` (or however many) with all emotions, and `four_classes` where the corpus has those and more.

    Args:
        emotions: of the corpus, in words of the vocabulary
    """
    number = NUMBERS[len(emotions)]
    presets = {f"{number}_classes": Preset(f"all {number} emotions", {name: name for name in sorted(emotions)})}
    rest = sorted(set(emotions) - set(FOUR))
    if rest and set(FOUR) <= set(emotions):
        text = f"{', '.join(FOUR)}; {', '.join(rest)} dropped"
        presets["four_classes"] = Preset(text, {name: name for name in FOUR})
    return presets
