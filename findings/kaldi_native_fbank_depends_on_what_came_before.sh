#!/usr/bin/env bash
# kaldi-native-fbank 1.23.0: the features of a recording depend on how many frames the process has computed before it.
#
# Guess: features are a function of samples and options; dither, if it is on by default as in Kaldi, is far below any
# recording, and either the same for each extractor or different in each process.
# Seen: dither is 3e-5 of full scale by default (one step of 16 bits; Lhotse's own Fbank has none), drawn from one generator
# of the process that begins at the same place each time. So a run repeats to the bit, and hides it: the same recording
# computed twice in one process differs, and another order of files, a skipped one, or a split over workers gives other
# features to each. At a level of -20 dB a log-mel value moves by 0.002; at -80 dB (the pauses of a studio recording) by 1
# neper and more, and digital silence is not -15.94, log of the smallest float, but -10.6. A cache of features then never
# agrees with a prediction. Set frame_opts.dither = 0.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check --prefer-binary numpy==2.4.2 kaldi-native-fbank==1.23.0
cat > "$folder/order.py" << 'PY'
import hashlib
import sys

import kaldi_native_fbank
import numpy as np


def features(sound, dither=None):
    options = kaldi_native_fbank.FbankOptions()
    if dither is not None:
        options.frame_opts.dither = dither
    computed = kaldi_native_fbank.OnlineFbank(options)
    computed.accept_waveform(16_000, sound.tolist())
    computed.input_finished()
    return np.stack([computed.get_frame(i) for i in range(computed.num_frames_ready)])


noise = np.random.default_rng(0).standard_normal(16_000).astype(np.float32)
first, again = features(0.1 * noise), features(0.1 * noise)
quiet = np.abs(features(1e-4 * noise) - features(1e-4 * noise)).max()
silent, without = features(0 * noise).max(), features(0 * noise, dither=0.0).max()
digests = " ".join(hashlib.sha256(each.tobytes()).hexdigest()[:12] for each in (first, again))
if len(sys.argv) > 1:
    print(digests)
    sys.exit()
print(f"default dither {kaldi_native_fbank.FbankOptions().frame_opts.dither:.0e}")
print(f"the same sound twice: digests {digests}, {np.abs(first - again).max():.4f} apart at -20 dB, {quiet:.2f} at -80 dB")
print(f"digital silence: up to {silent:.2f}, without dither {without:.2f}")
assert np.abs(first - again).max() > 0 and quiet > 0.5, "features do not depend on what came before any more"
assert silent > -13 and without < -15
assert np.array_equal(features(0.1 * noise, 0.0), features(0.1 * noise, 0.0))
PY
"$folder/venv/bin/python" "$folder/order.py"
one=$("$folder/venv/bin/python" "$folder/order.py" digests)
other=$("$folder/venv/bin/python" "$folder/order.py" digests)
echo "two more processes: $one; $other"
[ "$one" = "$other" ]
