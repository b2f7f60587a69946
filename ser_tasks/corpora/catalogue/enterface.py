"""eNTERFACE'05: people from fourteen nations react in English, on video, to stories that elicit six emotions.

The folder is the speaker: the clips of subject 11 are called s12 as released, and others are misnamed, too. The
emotion is that of the file name.
"""

import re
from collections.abc import Sequence
from pathlib import Path

from ser_tasks.corpora.corpus import Corpus, Parsed, Preset, Utterance
from ser_tasks.corpora.fault import Fault, refuse

CITATION = (
    "Martin, O., Kotsia, I., Macq, B., Pitas, I. (2006). The eNTERFACE'05 audio-visual emotion database. Proc. 22nd "
    "International Conference on Data Engineering Workshops. doi:10.1109/ICDEW.2006.145"
)

EMOTIONS = {
    "an": "anger",
    "di": "disgust",
    "fe": "fear",
    "ha": "happiness",
    "sa": "sadness",
    "su": "surprise",
}
WHOLE = "unsegmented"  # subject 6: all sentences of an emotion in one clip

# subject 1/anger/sentence 1/s1_an_1.avi; as released also s_3_an_1, s16_su_3avi and, unsegmented, s6_an
CLIP = re.compile(
    r"^(?:.*/)?subject[ _-]?(?P<subject>[1-9]\d?)/(?:[^/]+/)*s_?\d{1,2}_"
    rf"(?P<emotion>{'|'.join(EMOTIONS)})(?:_(?P<sentence>[1-5]))?(?:avi)?\.\w+$",
    re.ASCII,
)
PATTERN = (
    f"subject 1/anger/sentence 1/s1_an_1.avi (or .wav): subject, emotion {' '.join(EMOTIONS)} in the name, sentence 1-5"
)


def read(root: Path, audio: Sequence[str]) -> list[Utterance]:
    """Every clip, called as its subject's should be: s11_an_1.

    Raises:
        CorpusError: every name that is not in the grammar
    """
    faults, utterances = list[Fault](), list[Utterance]()
    for path in audio:
        match = CLIP.match(path)
        if match is None:
            faults.append(Fault(path, path, PATTERN))
            continue
        parts = (f"s{match['subject']}", match["emotion"], match["sentence"])
        parsed = Parsed(
            speaker=match["subject"],
            gender=None,  # 34 men and 8 women by the paper, which does not tell which are
            emotion=EMOTIONS[match["emotion"]],
            group=None,
            transcript=None,
            style="speech" if match["sentence"] else WHOLE,
        )
        utterances.append(Utterance("_".join(part for part in parts if part), path, parsed))
    refuse("enterface", root, faults)
    return utterances


CORPUS = Corpus(
    name="enterface",
    title="eNTERFACE'05 audio-visual emotion database",
    citation=CITATION,
    licence="for research; cite the paper",
    language="en",
    # no counts: the paper has 1166 clips of 42 subjects, copies of the release about 1290 of 44 (unverified)
    size="about 1290 clips, 44 subjects",
    how_to_get="see https://enterface.net/enterface05/emotion.html, then ser fetch enterface --from FOLDER, "
    "the one of the subjects' folders",
    sources=(),
    presets={
        "six_classes": Preset(
            "all six emotions; unsegmented clips dropped",
            {name: name for name in EMOTIONS.values()},
            styles=("speech",),
        )
    },
    read=read,
    pattern=PATTERN,
    layout="subject*",
    extensions=(".wav", ".flac", ".avi"),
)
