"""What is said: short templates whose words hint at the emotion without giving it away."""

import numpy as np

CARRIER = 0.33  # share of sentences that every emotion says alike
MISLEADING = 0.06  # share of sentences taken from another emotion

SLOTS: dict[str, tuple[str, ...]] = {
    "thing": ("letter", "book", "key", "box", "bag", "phone"),
    "place": ("kitchen", "garden", "station", "city", "house"),
    "time": ("today", "tonight", "tomorrow", "again", "on monday"),
}
CARRIERS: tuple[str, ...] = (
    "the {thing} is on the table",
    "she put the {thing} in the {place}",
    "he will call us {time}",
    "they are going home {time}",
    "i saw the {thing} {time}",
    "we took the {thing} to the {place}",
    "you can see the {place} from here",
    "it is in the {place} now",
)
LOADED: dict[str, tuple[str, ...]] = {
    "anger": (
        "i hate the {thing}",
        "stop touching the {thing}",
        "how dare you take the {thing}",
        "get out of the {place} now",
        "this is your fault again",
        "you never listen to me",
        "leave the {thing} alone",
    ),
    "happiness": (
        "i love the {thing}",
        "we won the game {time}",
        "what a lovely {thing}",
        "i am so glad you came {time}",
        "the {place} is beautiful {time}",
        "we can dance in the {place} tonight",
        "this is the best day",
    ),
    "neutral": (
        "the meeting is at ten {time}",
        "the train leaves at noon",
        "please read the next page",
        "the form has two parts",
        "the office opens at nine {time}",
        "turn left at the {place}",
        "put the {thing} with the paper",
    ),
    "sadness": (
        "i miss the {place}",
        "she is gone now",
        "i lost the {thing} {time}",
        "nobody came to the {place}",
        "i am so alone {time}",
        "we will never see the {place} again",
        "it hurts to go home",
    ),
}


def draw_sentence(emotion: str, rng: np.random.Generator) -> str:
    """A sentence in lower case, spoken with this emotion but not always about it."""
    chance = rng.random()
    if chance < CARRIER:
        templates = CARRIERS
    elif chance < CARRIER + MISLEADING:
        others = [other for other in LOADED if other != emotion]
        templates = LOADED[others[rng.integers(len(others))]]
    else:
        templates = LOADED[emotion]
    fillers = {slot: words[rng.integers(len(words))] for slot, words in SLOTS.items()}
    return templates[rng.integers(len(templates))].format(**fillers)
