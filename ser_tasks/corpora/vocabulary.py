"""The one vocabulary of classes: what two corpora call by the same name here is taken for the same emotion."""

VOCABULARY = (
    "anger",
    "anxiety",
    "apology",
    "assertiveness",
    "boredom",
    "calm",
    "concern",
    "disgust",
    "encouragement",
    "excitement",
    "fear",
    "frustration",
    "happiness",
    "neutral",
    "sadness",
    "surprise",
)
