#!/usr/bin/env bash
# auglib 1.1.0: WhiteNoiseGaussian and WhiteNoiseUniform add one and the same noise to every recording, in every epoch.
#
# Guess: each call draws new noise, and auglib.seed makes a whole run repeatable, as it does for PinkNoise and for
# drawn parameters.
# Seen: each call makes a generator of its own from the number that auglib.seed was called with last (0 from the
# start), so the noise of two clips, of two epochs and of two instances correlates with 1.000; that of PinkNoise with
# less than 0.2. numpy.random.seed changes nothing. The mean of 200 "noisy" clips of other voices is the noise
# (correlation 0.97), and any network can take it off: it is a fixed pattern, and no augmentation. Call auglib.seed
# with another number before each call, or add noise by NumPy.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check --prefer-binary \
  numpy==2.2.6 pandas==2.3.3 setuptools==79.0.1 auglib==1.1.0 audinterface==1.4.0
cat > "$folder/same.py" << 'PY'
import auglib
import numpy as np

rate = 16_000
draw = np.random.default_rng(1)


def voice():
    """A second of a buzz of its own pitch, at the level of any other."""
    pitch = draw.uniform(80, 300)
    phase = 2 * np.pi * pitch * np.arange(rate) / rate + draw.uniform(0, 2 * np.pi)
    sound = sum(np.sin(number * phase) / number for number in range(1, 15))
    return (0.1 * sound / sound.std()).astype(np.float32)


def noise_of(transform):
    clip = voice()
    return np.squeeze(transform(clip.copy(), rate)).astype(float) - clip


for kind in (auglib.transform.WhiteNoiseGaussian, auglib.transform.WhiteNoiseUniform, auglib.transform.PinkNoise):
    transform = kind(snr_db=10)
    one = noise_of(transform)
    np.random.seed(7)
    pairs = {"another clip": noise_of(transform), "another instance": noise_of(kind(snr_db=10))}
    auglib.seed(5)
    pairs["after auglib.seed(5)"] = noise_of(transform)
    auglib.seed(0)
    found = {name: np.corrcoef(one, other)[0, 1] for name, other in pairs.items()}
    print(f"{kind.__name__}: " + ", ".join(f"{name} {value:.3f}" for name, value in found.items()))
    same = kind is not auglib.transform.PinkNoise
    for name in ("another clip", "another instance"):
        assert (found[name] > 0.999) == same, "noise is drawn anew now"
    assert abs(found["after auglib.seed(5)"]) < 0.3

transform = auglib.transform.WhiteNoiseGaussian(snr_db=10)
noise = noise_of(transform)
mean = np.mean([np.squeeze(transform(voice(), rate)).astype(float) for _ in range(200)], axis=0)
print(f"the mean of 200 noisy clips correlates with the noise: {np.corrcoef(mean, noise)[0, 1]:.3f}")
assert np.corrcoef(mean, noise)[0, 1] > 0.9
PY
"$folder/venv/bin/python" "$folder/same.py"
