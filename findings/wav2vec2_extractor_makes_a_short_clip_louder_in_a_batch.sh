#!/usr/bin/env bash
# transformers 5.24.0: in a padded batch Wav2Vec2FeatureExtractor gives a short clip another level than on its own.
#
# Guess: each clip gets mean 0 and variance 1 over its own samples and is then filled up with zeros, so the batch that
# it is in changes nothing.
# Seen: without return_attention_mask (off by default, and to be off for models such as wav2vec2-base) the zeros
# come first and count: one second beside a clip of ten has a standard deviation of 3.16 in place of 1.00 (the root of
# ten), 10 dB louder, beside one of 30 seconds 5.48; and if the clip has an offset, the "silence" behind it is not zero
# but -0.27. The figures of a set then depend on the batch size and on the order of the clips, and most so for short
# clips; one clip in service, without a batch, gets a third level. With return_attention_mask=True the level is 1.00
# and the filling 0 in each batch: pass it to the extractor, and drop the mask again where the model takes none.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check --prefer-binary \
  numpy==2.2.6 transformers==5.24.0 huggingface-hub==2.4.0 tokenizers==0.23.3
cat > "$folder/batch.py" << 'PY'
import numpy as np
from transformers import Wav2Vec2FeatureExtractor

rate = 16_000
rng = np.random.default_rng(0)


def noise(seconds, offset=0.0):
    return (0.1 * rng.standard_normal(seconds * rate) + offset).astype(np.float32)


def level_and_filling(extractor, short, *others):
    options = {"sampling_rate": rate, "return_tensors": "np", "padding": True}
    found = extractor([short, *others], **options).input_values[0]
    filling = found[len(short):]
    return found[:len(short)].std(), filling.mean() if len(filling) else 0.0


short, offset = noise(1), noise(1, 0.05)
assert Wav2Vec2FeatureExtractor().return_attention_mask is False
for masked in (False, True):
    extractor = Wav2Vec2FeatureExtractor(return_attention_mask=masked)
    alone, _ = level_and_filling(extractor, short)
    levels = {seconds: level_and_filling(extractor, short, noise(seconds))[0] for seconds in (10, 30)}
    _, filling = level_and_filling(extractor, offset, noise(3))
    print(f"return_attention_mask={masked}: level alone {alone:.2f}, "
          + ", ".join(f"beside {seconds} s {level:.2f}" for seconds, level in levels.items())
          + f"; filling behind a clip with an offset {filling:.3f}")
    assert abs(alone - 1) < 0.01
    if masked:
        assert all(abs(level - 1) < 0.01 for level in levels.values()) and filling == 0
    else:
        assert all(abs(level - seconds ** 0.5) < 0.05 for seconds, level in levels.items()), "zeros do not count now"
        assert filling < -0.1
PY
"$folder/venv/bin/python" -W ignore "$folder/batch.py"
