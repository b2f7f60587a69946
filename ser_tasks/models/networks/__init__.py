"""Networks, one file each: the module NAME holds `build_NAME`, and the table of models names it.

All keep one contract. In: {"frames": (batch, n_frames, n_dims), "mask": (batch, n_frames)}, the mask 1 on real frames
and 0 on the padding behind them. Out: logits (batch, n_classes), float32. Padding never changes an answer, nor a batch
statistic in training; any length from one frame on will do. The first layer is named 'standardise', the one before the
logits 'embedding'.
"""
