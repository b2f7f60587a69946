"""spectrogram_cnn on PSD images and text_lstm on the transcript, joined before their output layers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ser_tasks.models.multimodal.fusion_settings import FusionParams
from ser_tasks.models.networks.spectrogram_cnn import SpectrogramCnnSizes, build_spectrogram_cnn
from ser_tasks.models.search_space import FUSION, SearchSpace

if TYPE_CHECKING:
    import keras


class PsdTextFusionParams(FusionParams):
    """psd_text_fusion."""

    speech: SpectrogramCnnSizes


SPACE: SearchSpace = FUSION


def build_psd_text_fusion(**sizes: Any) -> keras.Model:
    """The network of `build_speech_text`, where inputs and outputs are described."""
    from ser_tasks.models.multimodal.speech_text import build_speech_text

    return build_speech_text(build_spectrogram_cnn, **sizes)
