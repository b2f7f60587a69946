"""The network of spectrogram_cnn on PSD images."""

from ser_tasks.models.networks.spectrogram_cnn import SpectrogramCnnParams, build_spectrogram_cnn
from ser_tasks.models.search_space import DROPOUT, FRAMES, SearchSpace, one_of


class PsdCnnParams(SpectrogramCnnParams):
    """Sizes of psd_cnn."""


SPACE: SearchSpace = {**FRAMES, "filters": one_of("4", "8", "16"), "dropout": DROPOUT}

build_psd_cnn = build_spectrogram_cnn
