#!/usr/bin/env bash
# auglib 1.1.0: WhiteNoiseGaussian, WhiteNoiseUniform and Tone write their noise into the array that they are given.
#
# Guess: transform(signal, rate) returns a noisy copy at the SNR that was asked for, and the clean recording in memory
# stays clean, whichever transform it is: PinkNoise, Mix, filters and gains do so.
# Seen: the white noises and Tone write into a float32 array, and what they return is that array; float64 is copied,
# and stays clean. Called once an epoch at 10 dB on recordings held in memory, the SNR against what was read from disk
# is 10.0, 3.8, -0.2, -3.4 and -6.2 dB in the first five epochs and -18.7 dB in the tenth (the noise being the same
# each time, its amplitudes add up); PinkNoise stays at 10.0. Through auglib.Augment, which returns another array, its
# input is changed all the same. audiofile.read gives float32, so this is the usual case. Hand over signal.copy().
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check --prefer-binary \
  numpy==2.2.6 pandas==2.3.3 setuptools==79.0.1 auglib==1.1.0 audinterface==1.4.0
cat > "$folder/noise.py" << 'PY'
import auglib
import numpy as np

rate = 16_000
tone = (0.1 * np.sin(2 * np.pi * 440 * np.arange(3 * rate) / rate)).astype(np.float32)
transforms = (
    auglib.transform.WhiteNoiseGaussian(snr_db=10),
    auglib.transform.WhiteNoiseUniform(snr_db=10),
    auglib.transform.Tone(1000, snr_db=10),
    auglib.transform.PinkNoise(snr_db=10),
)


def snr(noisy):
    """In dB, of what was read from disk to all that was added to it."""
    clean = tone.astype(float)
    return 10 * np.log10(np.mean(clean**2) / np.mean((np.squeeze(noisy).astype(float) - clean) ** 2))


def epochs(augment, dtype, count=10):
    memory = tone.astype(dtype)
    return [snr(augment(memory, rate)) for _ in range(count)]


for transform in transforms:
    name = type(transform).__name__
    adds_up = name != "PinkNoise"
    for dtype in (np.float32, np.float64):
        auglib.seed(0)
        found = epochs(transform, dtype)
        print(f"{name}, {dtype.__name__}: SNR by epoch " + " ".join(f"{each:.1f}" for each in found))
        if adds_up and dtype is np.float32:
            assert found[0] > 9.8 and found[-1] < 1, "the input is not changed any more"
        else:
            assert max(found) - min(found) < 0.3, "this one changes its input, too, now"
    held = tone.copy()
    auglib.Augment(transform, seed=0)(held, rate)
    print(f"  through Augment: SNR of its input afterwards {snr(held) if (held != tone).any() else np.inf:.1f} dB")
    assert np.array_equal(held, tone) != adds_up

# One noise is added again and again, each time 10 dB below all that is there: its amplitudes add up.
amplitude, expected = 0.0, []
for _ in range(10):
    amplitude += np.sqrt(0.1 * (1 + amplitude**2))
    expected.append(-20 * np.log10(amplitude))
print("by hand, one and the same noise: " + " ".join(f"{each:.1f}" for each in expected))
assert np.allclose(epochs(transforms[0], np.float32), expected, atol=0.3)
PY
"$folder/venv/bin/python" "$folder/noise.py"
