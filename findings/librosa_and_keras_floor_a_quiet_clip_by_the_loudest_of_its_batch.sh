#!/usr/bin/env bash
# librosa 0.11.0, keras 3.15.1: a quiet clip's MFCC and log-mel values depend on the loudest clip or channel beside it.
#
# Guess: librosa.feature.mfcc of an array (clips, samples), and keras.layers.MelSpectrogram of a batch, give what each
# clip gives on its own; a batch is for speed.
# Seen: the decibels are cut off 80 dB below the highest value of the whole array, not of each clip. A soft breath
# (0.002 of full scale) has a range of its own; beside a loud tone its lower values become one constant. The mean of its
# first coefficient changes from -540 to -437, single values by up to 320, and 69 % of its mel values are that constant
# (0 % alone); in Keras 58 % of them. The same between the two channels of a telephone call: the quiet speaker's
# features depend on the other speaker. In Keras a network trained in shuffled batches sees other features of the
# same clip in each epoch, and one clip on its own in service gets others again. Call librosa once per clip and channel;
# give the layer of Keras a top_db so large (200) that nothing is cut off, or compute the decibels yourself.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check --prefer-binary \
  numpy==2.2.6 scipy==1.17.1 librosa==0.11.0 numba==0.68.1 llvmlite==0.50.0 keras==3.15.1 jax==0.10.2 jaxlib==0.10.2
cat > "$folder/batch.py" << 'PY'
import keras
import librosa
import numpy as np

rate = 16_000
seconds = np.arange(2 * rate) / rate
rng = np.random.default_rng(0)
envelope = 0.05 + np.sin(np.pi * seconds) ** 2
breath = 0.002 * envelope * np.convolve(rng.standard_normal(len(seconds)), [0.25, 0.5, 0.25], "same")
tone = 0.9 * np.sin(2 * np.pi * 440 * seconds)
batch = np.stack([breath, tone]).astype(np.float32)


def mel_of_librosa(sound):
    return librosa.power_to_db(librosa.feature.melspectrogram(y=sound, sr=rate))


def at_the_floor(values):
    return 100 * np.mean(values == values.min())


alone, beside = librosa.feature.mfcc(y=batch[0], sr=rate), librosa.feature.mfcc(y=batch, sr=rate)[0]
mel_alone, mel_beside = mel_of_librosa(batch[0]), mel_of_librosa(batch)[0]
print(f"librosa: mean of the first coefficient alone {alone[0].mean():.0f}, beside the tone {beside[0].mean():.0f}, "
      f"values differ by up to {np.abs(alone - beside).max():.0f}; "
      f"at the floor {at_the_floor(mel_alone):.0f} % and {at_the_floor(mel_beside):.0f} %")
assert abs(alone[0].mean() - beside[0].mean()) > 10 and at_the_floor(mel_beside) > 20 > 1 > at_the_floor(mel_alone), (
    "librosa's floor is per clip now")

for options, cut in (({}, True), ({"top_db": 200}, False)):
    layer = keras.layers.MelSpectrogram(sampling_rate=rate, **options)
    alone, beside = np.array(layer(batch[:1]))[0], np.array(layer(batch))[0]
    differ = np.abs(alone - beside).max()
    print(f"keras {options}: values differ by up to {differ:.1f} dB; at the floor {at_the_floor(alone):.0f} % and "
          f"{at_the_floor(beside):.0f} %")
    assert (differ > 10 and at_the_floor(beside) > 20) if cut else differ < 0.1, "Keras' floor is per clip now"
PY
KERAS_BACKEND=jax JAX_PLATFORMS=cpu "$folder/venv/bin/python" -W ignore "$folder/batch.py"
