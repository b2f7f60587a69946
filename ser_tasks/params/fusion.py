"""Sections on networks that hear and read."""

from pydantic import field_validator

from ser_tasks.params.base import Dropout
from ser_tasks.params.models import MlpSizes, NetworkParams, SpectrogramCnnSizes, TrainingParams
from ser_tasks.params.text import TextLstmSizes, WordsParams


class FusionParams(NetworkParams):
    """What both have besides their acoustic branch."""

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


class SpeechTextFusionParams(FusionParams):
    """speech_text_fusion."""

    speech: MlpSizes


class PsdTextFusionParams(FusionParams):
    """psd_text_fusion."""

    speech: SpectrogramCnnSizes
