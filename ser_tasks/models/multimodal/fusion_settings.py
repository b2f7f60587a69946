"""Settings that all audio-text networks have in common."""

from pydantic import field_validator

from ser_tasks.models.text.text_lstm import TextLstmSizes
from ser_tasks.params.base import Dropout
from ser_tasks.params.models import NetworkParams, TrainingParams
from ser_tasks.params.text import WordsParams


class FusionParams(NetworkParams):
    """Settings besides the acoustic branch."""

    words: WordsParams
    text: TextLstmSizes
    modality_dropout: Dropout  # share of the training utterances that lose their sound or their words
    dropout: Dropout  # of both embeddings, side by side

    @field_validator("training")
    @classmethod
    def _whole_frames(cls, training: TrainingParams) -> TrainingParams:
        if on := [name for name, value in training.augmentation if value is not None]:
            raise ValueError(
                f"{', '.join(on)} would change the numbers of words, too, which stand beside the sound. Set them null "
                "here; signal_augmentation augments the sound alone"
            )
        return training
