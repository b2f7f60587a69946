"""The one vocabulary of classes: what two corpora call by the same name here is taken for the same emotion."""

import re
import unicodedata
from functools import lru_cache

VOCABULARY = (
    "anger",
    "anxiety",
    "apology",
    "assertiveness",
    "boredom",
    "calm",
    "concern",
    "contempt",
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

# What others call the classes, for `ser import`: words and abbreviations that mean one of them only. Left out, because
# they could be another in another corpus: single letters and digits, "angst", "sat", "con", "other", "xxx".
SYNONYMS = {
    "anger": "anger angry ang wut ärger wütend colère rabbia collera ira enojo enfado raiva gniew 愤怒 生气",
    "anxiety": "anxiety anxious",
    "apology": "apology apologetic",
    "assertiveness": "assertiveness assertive",
    "boredom": "boredom bored boring boredem bor langeweile gelangweilt ennui noia aburrimiento",
    "calm": "calm calmness calma",
    "concern": "concern concerned",
    "contempt": "contempt contemptuous",
    "disgust": "disgust disgusted dis ekel dégoût disgusto asco nojo 厌恶",
    "encouragement": "encouragement encouraging",
    "excitement": "excitement excited exc",
    "fear": "fear fearful afraid scared fea furcht peur paura miedo medo strach 恐惧 害怕",
    "frustration": "frustration frustrated fru",
    "happiness": "happiness happy hap joy joyful joyous freude fröhlich joie gioia felicità alegría felicidad alegria "
    "radość 高兴 快乐",
    "neutral": "neutral neu neutrality neutre neutrale neutro neutralny 中性 中立",
    "sadness": "sadness sad trauer traurig tristesse tristezza tristeza smutek 悲伤 伤心",
    "surprise": "surprise surprised sur pleasant_surprise pleasant_surprised pleasantly_surprised überraschung "
    "sorpresa surpresa 惊讶",
}


@lru_cache(maxsize=65536)  # a column of a million labels has a few
def plain(label: str) -> str:
    """A label without what differs between spellings: Unicode forms, case, blanks, underscores and hyphens."""
    return re.sub(r"[\s_\-]+", "_", unicodedata.normalize("NFKC", label).casefold()).strip("_")


CLASS_OF = {plain(word): name for name, words in SYNONYMS.items() for word in words.split()}


def class_of(label: str) -> str | None:
    """The class that a label means beyond doubt, whatever its case and blanks: "Angry" -> "anger"; None: not known."""
    return CLASS_OF.get(plain(label))
