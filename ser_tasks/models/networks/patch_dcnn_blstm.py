"""A deep image network on each patch of the log-mel spectrogram, BLSTM and attention over the patches."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

from pydantic import PositiveInt

from ser_tasks.models.search_space import DROPOUT, SPECTROGRAMS, UNITS, SearchSpace, one_of
from ser_tasks.params.base import Dropout
from ser_tasks.params.models import NetworkParams

if TYPE_CHECKING:
    from collections.abc import Sequence

    import keras


class PatchDcnnBlstmParams(NetworkParams):
    """Sizes of patch_dcnn_blstm."""

    length: PositiveInt  # frames of a patch
    step: PositiveInt  # frames
    delta_reach: PositiveInt  # frames
    backbone: Literal["resnet50v2", "mobilenetv2", "efficientnetb0", "small"]  # network that reads each patch
    weights: str  # none, imagenet, or a file
    units: PositiveInt  # of each direction of the BLSTM
    attention: Literal["dot", "learned_vector"]  # self-attention and mean, or a learned vector
    dense: tuple[PositiveInt, ...]  # units of each dense layer after the attention
    dropout: Dropout  # after the first and the last dense layer


SPACE: SearchSpace = {
    **SPECTROGRAMS,
    "step": one_of("16", "32"),
    "units": UNITS,
    "attention": one_of("dot", "learned_vector"),
    "dense": one_of("[64]", "[128]", "[512, 256]"),
    "dropout": DROPOUT,
}


def build_patch_dcnn_blstm(
    *,
    n_dims: int,
    n_classes: int,
    length: int,
    step: int,
    delta_reach: int,
    backbone: str,
    weights: str,
    units: int,
    attention: str,
    dense: Sequence[int],
    dropout: float,
) -> keras.Model:
    """Log-mel (batch, n_frames, n_dims) -> logits (batch, n_classes).

    Static, delta and delta-delta (batch, n_frames, n_dims, 3), each of unit variance over real frames -> patches
    (batch, n_patches, length, n_dims, 3), the last filled up -> backbone (batch, n_patches, its units) -> BLSTM
    (batch, n_patches, 2 units) -> attention (batch, 2 units) -> dense layers, the last the embedding -> logits.
    As published: 64 bands, patches of 64 frames every 32, ResNet50V2 on ImageNet weights, units 128, 'dot', dense
    256, 128, 128, dropout 0.25.

    Args:
        n_dims: mel bands, 32 or more for all backbones but 'small'
        n_classes: of the answer
        length, step: of a patch, in frames; the length is a multiple of the step
        delta_reach: frames on each side of a regression
        backbone: 'resnet50v2', 'mobilenetv2', 'efficientnetb0' or 'small'
        weights: 'none', 'imagenet' or a path
        units: of each direction of the BLSTM
        attention: 'dot' (self-attention, then the mean) or 'learned_vector'
        dense: units of each dense layer after the attention
        dropout: after the first and after the last dense layer

    Differences from the original: regression deltas instead of negated differences that wrapped around; the input is
    scaled; a clip has as many patches as it needs instead of eight; the attention is masked.

    Source: AnkushMalaker/pretrained-dcnn-attention-ser after Zhang et al. (2021),
    doi:10.3389/fphys.2021.643202
    """
    import keras

    from ser_tasks.models.networks.attended_sequence import attended_logits, check_attention
    from ser_tasks.models.networks.backbones import patch_vectors
    from ser_tasks.models.networks.batch_norm import batch_norm
    from ser_tasks.models.networks.keep_real import KeepReal
    from ser_tasks.models.networks.masked_input import masked_input
    from ser_tasks.models.networks.rolling_windows import RealWindows, RollingWindows, Unfold
    from ser_tasks.models.networks.slope_channels import SlopeChannels

    check_attention(attention, network="patch_dcnn_blstm")
    inputs, x, mask = masked_input(n_dims)
    x = SlopeChannels(reach=delta_reach, name="channels")(x, mask)
    x = KeepReal()(batch_norm(x, mask, affine=False, name="channel_scale"), mask)
    x, real = RollingWindows(length=length, step=step, name="patches")(x, mask)
    patches, kept = RealWindows(name="real_patches")(x, real)
    vectors = patch_vectors(patches, kept, backbone=backbone, weights=weights)
    x = Unfold(name="patch_vectors")(vectors, real)
    top: dict[str, Any] = {"units": units, "attention": attention, "dense": dense, "dropout": dropout}
    return keras.Model(inputs, attended_logits(x, real, n_classes=n_classes, **top), name="patch_dcnn_blstm")
