"""BLSTM and attention over what a frozen image network makes of segments of the log-mel spectrogram."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar, Literal

from pydantic import PositiveInt

from ser_tasks.models.search_space import DROPOUT, FRAMES, UNITS, SearchSpace, one_of
from ser_tasks.params.base import Dropout
from ser_tasks.params.models import NetworkParams

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import keras


class SegmentBlstmAttentionParams(NetworkParams):
    """Sizes of segment_blstm_attention: those published."""

    own_training: ClassVar[Mapping[str, Any]] = {"frames_multiple": 8}  # a clip has some ten segments

    units: PositiveInt = 128  # of each direction of the BLSTM
    attention: Literal["dot", "learned_vector"] = "dot"  # self-attention and mean, or a learned vector
    dense: tuple[PositiveInt, ...] = (256, 128, 128)  # units of each dense layer after the attention
    dropout: Dropout = 0.25  # after the first and the last dense layer


SPACE: SearchSpace = {
    **FRAMES,
    "units": UNITS,
    "attention": one_of("dot", "learned_vector"),
    "dense": one_of("[64]", "[128]", "[256, 128, 128]"),
    "dropout": DROPOUT,
}


def build_segment_blstm_attention(
    *, n_dims: int, n_classes: int, units: int, attention: str, dense: Sequence[int], dropout: float
) -> keras.Model:
    """Vectors of segments (batch, n_segments, n_dims) -> logits (batch, n_classes).

    BLSTM (batch, n_segments, 2 units) -> attention (batch, 2 units) -> dense layers, the last the embedding -> logits:
    the top of patch_dcnn_blstm. The image network below it is not trained, so its vectors are features, computed once.

    Args:
        n_dims: of the vector of a segment
        n_classes: of the answer
        units: of each direction of the BLSTM
        attention: 'dot' (self-attention, then the mean) or 'learned_vector'
        dense: units of each dense layer after the attention
        dropout: after the first and after the last dense layer

    Differences from the original: EfficientNet-Lite0 instead of ResNet50V2, and not trained further; those of
    patch_dcnn_blstm.

    Source: AnkushMalaker/pretrained-dcnn-attention-ser after Zhang et al. (2021),
    doi:10.3389/fphys.2021.643202
    """
    import keras

    from ser_tasks.models.networks.attended_sequence import attended_logits, check_attention
    from ser_tasks.models.networks.masked_input import masked_input

    check_attention(attention, network="segment_blstm_attention")
    inputs, x, mask = masked_input(n_dims)
    top: dict[str, Any] = {"units": units, "attention": attention, "dense": dense, "dropout": dropout}
    logits = attended_logits(x, mask, n_classes=n_classes, **top)
    return keras.Model(inputs, logits, name="segment_blstm_attention")
