"""`python -m ser_tasks.corpora.synthesis FOLDER`: recordings of voices that the demo corpus lacks."""

import sys
from itertools import product
from pathlib import Path

import soundfile

from ser_tasks.corpora.synthesis.corpus import EMOTIONS, speaker_name, synthesise_utterance
from ser_tasks.corpora.synthesis.speech import SAMPLING_RATE
from ser_tasks.errors import UserError
from ser_tasks.params import DemoParams

VOICES = DemoParams(speakers=6, utterances_per_emotion=5, difficulty=0.4, seed=1)


def write_recordings(folder: Path, params: DemoParams) -> int:
    """WAV files called SPEAKER_EMOTION_NUMBER, f01_anger_01.wav; no table has their words.

    Returns:
        how many there are

    Raises:
        UserError: the folder is there already, and not empty
    """
    if folder.exists() and any(folder.iterdir()):
        raise UserError(f"{folder}: there is something in it. Name a new folder.")
    folder.mkdir(parents=True, exist_ok=True)
    planned = list(product(range(params.speakers), EMOTIONS, range(params.utterances_per_emotion)))
    for speaker, emotion, index in planned:
        signal, _ = synthesise_utterance(speaker, emotion, index, params)
        file = folder / f"{speaker_name(speaker)}_{emotion}_{index + 1:02d}.wav"
        soundfile.write(file, signal, SAMPLING_RATE, subtype="PCM_16")
    return len(planned)


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit("usage: python -m ser_tasks.corpora.synthesis FOLDER")
    try:
        count = write_recordings(Path(sys.argv[1]), VOICES)
    except UserError as error:
        sys.exit(str(error))
    sys.stdout.write(f"{sys.argv[1]}: {count} recordings of {VOICES.speakers} voices\n")
