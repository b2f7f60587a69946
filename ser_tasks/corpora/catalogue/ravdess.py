"""RAVDESS, the Ryerson Audio-Visual Database of Emotional Speech and Song: the audio-only files."""

import re
from pathlib import Path

from ser_tasks.corpora.corpus import Corpus, CorpusError, Official, Parsed, Preset, Source

CITATION = (
    "Livingstone, S. R., Russo, F. A. (2018). The Ryerson Audio-Visual Database of Emotional Speech and Song "
    "(RAVDESS). PLoS ONE 13(5): e0196391. doi:10.1371/journal.pone.0196391"
)

# modality, channel, emotion, intensity, statement, repetition, actor: 03-01-06-01-02-01-12
STEM = re.compile(
    r"^(?P<modality>0[123])-(?P<channel>0[12])-(?P<emotion>0[1-8])-(?P<intensity>0[12])"
    r"-(?P<statement>0[12])-(?P<repetition>0[12])-(?P<actor>0[1-9]|1\d|2[0-4])$",
    re.ASCII,
)

MODALITIES = {"01": "audio and video", "02": "video", "03": "audio"}
STYLES = {"01": "speech", "02": "song"}
EMOTIONS = {
    "01": "neutral",
    "02": "calm",
    "03": "happiness",
    "04": "sadness",
    "05": "anger",
    "06": "fear",
    "07": "disgust",
    "08": "surprise",
}
SUNG = ("neutral", "calm", "happiness", "sadness", "anger", "fear")
INTENSITIES = {"01": "normal", "02": "strong"}
STATEMENTS = {"01": "Kids are talking by the door", "02": "Dogs are sitting by the door"}
ACTORS = tuple(f"{actor:02d}" for actor in range(1, 25))
MERGED = {"neutral": "neutral", "calm": "neutral"}


def parse(stem: str) -> Parsed | None:
    """Fields of a file name without its extension; None when it is not a name of RAVDESS.

    Raises:
        CorpusError: a name of the grammar that no audio-only file of the release has
    """
    match = STEM.match(stem)
    if match is None:
        return None
    emotion, style = EMOTIONS[match["emotion"]], STYLES[match["channel"]]
    _refuse_impossible(match, emotion, style)
    # the two repetitions of one stimulus are twin takes
    twin = "-".join(match[field] for field in ("actor", "channel", "emotion", "intensity", "statement"))
    return Parsed(
        speaker=match["actor"],
        gender="male" if int(match["actor"]) % 2 else "female",
        emotion=emotion,
        group=twin,
        transcript=STATEMENTS[match["statement"]],
        intensity=INTENSITIES[match["intensity"]],
        style=style,
    )


def _refuse_impossible(match: re.Match[str], emotion: str, style: str) -> None:
    if match["modality"] != "03":
        raise CorpusError(
            f"modality {match['modality']} ({MODALITIES[match['modality']]}): expected 03, the audio-only "
            "files. Its sound is that of the 03 file of the same name: take it from the audio-only archive, "
            "and move this one out of the folder."
        )
    if emotion == "neutral" and match["intensity"] == "02":
        raise CorpusError(
            "strong neutral: the release has neutral in normal intensity (01) only. Restore the name from the release."
        )
    if style == "song" and emotion not in SUNG:
        raise CorpusError(f"{emotion} as song: the release sings {', '.join(SUNG)}. Restore the name from the release.")
    if style == "song" and match["actor"] == "18":
        raise CorpusError("song of actor 18: the release has none. Restore the name from the release.")


def _takes(emotion: str) -> int:
    """Files per actor: 2 statements x 2 repetitions x 2 intensities, one intensity for neutral."""
    return 4 if emotion == "neutral" else 8


CORPUS = Corpus(
    name="ravdess",
    title="RAVDESS: Ryerson Audio-Visual Database of Emotional Speech and Song",
    citation=CITATION,
    licence="CC BY-NC-SA 4.0",
    language="en",
    size="1440 speech files (and 1012 song), 24 actors, 48 kHz, 208 MB",
    how_to_get="ser fetch ravdess (--all adds song), or ser fetch ravdess --from FOLDER for a copy you have",
    sources=(
        Source(
            "https://zenodo.org/records/1188976/files/Audio_Speech_Actors_01-24.zip?download=1",
            size=208_468_073,
            md5="bc696df654c87fed845eb13823edef8a",
        ),
        Source(  # size and checksum not known here: not verified, which is noted
            "https://zenodo.org/records/1188976/files/Audio_Song_Actors_01-24.zip?download=1", optional=True
        ),
    ),
    presets={
        "speech8": Preset("speech, all eight emotions", {name: name for name in EMOTIONS.values()}, styles=("speech",)),
        "speech7": Preset(
            "speech, calm merged into neutral",
            {name: name for name in EMOTIONS.values()} | MERGED,
            styles=("speech",),
        ),
        "speech7_calm_as_neutral": Preset(
            "speech, calm called neutral and true neutral dropped: 1344 files, for comparison with published work",
            {name: name for name in EMOTIONS.values() if name != "neutral"} | {"calm": "neutral"},
            styles=("speech",),
        ),
        "four_classes": Preset(
            "speech: anger, happiness, neutral, sadness; calm, disgust, fear and surprise dropped",
            {name: name for name in ("anger", "happiness", "neutral", "sadness")},
            styles=("speech",),
        ),
        "song6": Preset("song, its six emotions", {name: name for name in SUNG}, styles=("song",)),
    },
    parse=parse,
    pattern="03-01-06-01-02-01-12: modality 03, channel 01-02, emotion 01-08, intensity 01-02, "
    "statement 01-02, repetition 01-02, actor 01-24",
    layout="Actor_[0-2][0-9]",
    official=(
        Official(
            counts={(actor, emotion): _takes(emotion) for actor in ACTORS for emotion in EMOTIONS.values()},
            sampling_rate=48_000,
            durations=(2.94, 5.27),
            style="speech",
        ),
        Official(
            counts={(actor, emotion): _takes(emotion) for actor in ACTORS if actor != "18" for emotion in SUNG},
            sampling_rate=48_000,
            durations=None,
            style="song",
        ),
    ),
    fingerprints=Path(__file__).parent / "fingerprints" / "ravdess_speech.csv",
)
