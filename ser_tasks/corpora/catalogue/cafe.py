"""CaFE, the Canadian French Emotional speech database: twelve actors, six sentences, seven emotions."""

import re
from itertools import product

from ser_tasks.corpora.catalogue.presets import all_and_four
from ser_tasks.corpora.corpus import Corpus, Official, Parsed, Source

CITATION = (
    "Gournay, P., Lahaie, O., Lefebvre, R. (2018). A Canadian French emotional speech dataset. Proc. 9th ACM "
    "Multimedia Systems Conference, 399-402. doi:10.1145/3204949.3208121"
)

# initials of colère, dégoût, joie, neutre, peur, surprise, tristesse
EMOTIONS = {
    "C": "anger",
    "D": "disgust",
    "J": "happiness",
    "N": "neutral",
    "P": "fear",
    "S": "surprise",
    "T": "sadness",
}
INTENSITIES = {"1": "normal", "2": "strong"}  # faible, fort
SENTENCES = {
    "1": "Un cheval fou dans mon jardin",
    "2": "Deux ânes aigris au pelage brun",
    "3": "Trois cygnes aveugles au bord du lac",
    "4": "Quatre vieilles truies éléphantesques",
    "5": "Cinq pumas fiers et passionnés",
    "6": "Six ours aimants domestiqués",
}
ACTORS = tuple(f"{actor:02d}" for actor in range(1, 13))

# actor, emotion, intensity, sentence: 12-P-2-5
STEM = re.compile(
    r"^(?P<speaker>0[1-9]|1[0-2])-(?P<emotion>[CDJNPST])-(?P<intensity>[12])-(?P<sentence>[1-6])$", re.ASCII
)


def parse(stem: str) -> Parsed | None:
    """Fields of a file name without its extension; None when it is not a name of CaFE."""
    match = STEM.match(stem)
    if match is None:
        return None
    return Parsed(
        speaker=match["speaker"],
        gender="male" if int(match["speaker"]) % 2 else "female",
        emotion=EMOTIONS[match["emotion"]],
        group=None,  # one take of each sentence, emotion and intensity
        transcript=SENTENCES[match["sentence"]],
        intensity=INTENSITIES[match["intensity"]],
        style="speech",
    )


def _files(emotion: str) -> int:
    """Files of each actor: six sentences, twice but for neutral."""
    return 6 if emotion == "neutral" else 12


CORPUS = Corpus(
    name="cafe",
    title="CaFE: Canadian French Emotional speech database",
    citation=CITATION,
    licence="CC BY-NC-SA 4.0",
    language="fr",
    size="936 files, 12 actors, 48 kHz",
    how_to_get="ser fetch cafe, or ser fetch cafe --from FOLDER for a copy you have (the one at 48 kHz)",
    sources=(Source("https://zenodo.org/records/1478765/files/CaFE_48k.zip?download=1"),),  # size, md5 unverified
    presets=all_and_four(EMOTIONS.values()),
    parse=parse,
    pattern="12-P-2-5: actor 01-12, emotion C D J N P S T, intensity 1-2, sentence 1-6",
    layout="Joie",
    official=(
        Official(
            counts={(actor, emotion): _files(emotion) for actor, emotion in product(ACTORS, EMOTIONS.values())},
            sampling_rate=48_000,
            durations=None,
        ),
    ),
)
