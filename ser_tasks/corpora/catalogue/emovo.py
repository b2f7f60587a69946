"""EMOVO: six Italian actors, fourteen sentences, seven emotions."""

import re
from itertools import product

from ser_tasks.corpora.catalogue.presets import all_and_four
from ser_tasks.corpora.corpus import Corpus, Official, Parsed

CITATION = (
    "Costantini, G., Iaderola, I., Paoloni, A., Todisco, M. (2014). EMOVO corpus: an Italian emotional speech "
    "database. Proc. LREC 2014, 3501-3504."
)

# the beginnings of disgusto, gioia, neutro, paura, rabbia, sorpresa, tristezza
EMOTIONS = {
    "dis": "disgust",
    "gio": "happiness",
    "neu": "neutral",
    "pau": "fear",
    "rab": "anger",
    "sor": "surprise",
    "tri": "sadness",
}
SPEAKERS = ("f1", "f2", "f3", "m1", "m2", "m3")
SENTENCES = {  # short, long, nonsense, questions
    "b1": "Gli operai si alzano presto.",
    "b2": "I vigili sono muniti di pistola.",
    "b3": "La cascata fa molto rumore.",
    "l1": "L'autunno prossimo Tony partirà per la Spagna nella prima metà di ottobre.",
    "l2": "Ora prendo la felpa di là ed esco per fare una passeggiata.",
    "l3": "Un attimo dopo s'è incamminato ed è inciampato.",
    "l4": "Vorrei il numero telefonico del Signor Piatti.",
    "n1": "La casa forte vuole col pane.",
    "n2": "La forza trova il passo e l'aglio rosso.",
    "n3": "Il gatto sta scorrendo nella pera.",
    "n4": "Insalata pastasciutta coscia d'agnello limoncello.",
    "n5": "Uno quarantatré dieci mille cinquantasette venti.",
    "d1": "Sabato sera cosa farà?",
    "d2": "Porti con te quella cosa?",
}

# emotion, speaker, sentence: dis-f1-b1
STEM = re.compile(
    rf"^(?P<emotion>{'|'.join(EMOTIONS)})-(?P<speaker>{'|'.join(SPEAKERS)})-(?P<sentence>{'|'.join(SENTENCES)})$",
    re.ASCII,
)


def parse(stem: str) -> Parsed | None:
    """Fields of a file name without its extension; None when it is not a name of EMOVO."""
    match = STEM.match(stem)
    if match is None:
        return None
    return Parsed(
        speaker=match["speaker"],
        gender="female" if match["speaker"][0] == "f" else "male",
        emotion=EMOTIONS[match["emotion"]],
        group=None,  # one take of each sentence and emotion
        transcript=SENTENCES[match["sentence"]],
        style="speech",
    )


CORPUS = Corpus(
    name="emovo",
    title="EMOVO: Italian emotional speech",
    citation=CITATION,
    licence="for research; cite the paper (terms of the release unverified)",
    language="it",
    size="588 files, 6 actors, 48 kHz",
    how_to_get="see http://voice.fub.it/activities/corpora/emovo/index.html, then ser fetch emovo --from FOLDER",
    sources=(),
    presets=all_and_four(EMOTIONS.values()),
    parse=parse,
    pattern=f"dis-f1-b1: emotion {' '.join(EMOTIONS)}, speaker {' '.join(SPEAKERS)}, sentence {' '.join(SENTENCES)}",
    layout="[fm][123]",
    official=(
        Official(counts=dict.fromkeys(product(SPEAKERS, EMOTIONS.values()), 14), sampling_rate=48_000, durations=None),
    ),
)
