#!/usr/bin/env bash
# opensmile 2.6.0 (audinterface 1.4.0): with one cache_root, eGeMAPS comes back as the features of whatever set came
# first.
#
# Guess: what Smile.process_index(index, cache_root=...) stores is filed under the files, the feature set, its level
# and its options, as a cache of features has to be; so one folder may serve a comparison of feature sets.
# Seen: it is filed under the index alone. After GeMAPSv01b had filled the folder, eGeMAPSv02 gave the 62 columns of
# GeMAPS in place of its own 88, without a warning; so did its low-level descriptors (one row of 62 functionals in
# place of 196 rows of 25), and a file that had been replaced in the meantime (20 dB quieter) kept its old level. A
# comparison of sets is then one of a set with itself: equal scores for all. The same holds for each
# audinterface.Process and Feature, whose description names the hash of the index, but not that nothing else is in it.
# Take one folder per set, level and version of the files, or look at the columns of what comes back.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check --prefer-binary \
  numpy==2.2.6 pandas==2.3.3 opensmile==2.6.0 audinterface==1.4.0 audformat==1.4.3
cat > "$folder/cache.py" << 'PY'
import os
import sys

import audformat
import audiofile
import numpy as np
import opensmile

folder = sys.argv[1]
path, cache = os.path.join(folder, "clip.wav"), os.path.join(folder, "cache")
rate = 16_000
noise = 0.2 * np.random.default_rng(0).standard_normal(2 * rate).clip(-4, 4).astype(np.float32)
audiofile.write(path, noise, rate)
index = audformat.filewise_index([path])
sets, levels = opensmile.FeatureSet, opensmile.FeatureLevel
small = opensmile.Smile(sets.GeMAPSv01b, levels.Functionals)
large = opensmile.Smile(sets.eGeMAPSv02, levels.Functionals)
frames = opensmile.Smile(sets.eGeMAPSv02, levels.LowLevelDescriptors)

first = small.process_index(index, cache_root=cache)
print(f"GeMAPSv01b, fills the cache: {first.shape}")
for name, smile in (("eGeMAPSv02", large), ("its low-level descriptors", frames)):
    cached, own = smile.process_index(index, cache_root=cache), smile.process_index(index)
    print(f"{name}: with the cache {cached.shape}, without {own.shape}")
    assert list(cached.columns) == list(first.columns) and cached.shape == first.shape, "the cache keeps sets apart now"
    assert list(own.columns) == list(smile.feature_names) and own.shape != first.shape
level = "equivalentSoundLevel_dBp"
fresh = opensmile.Smile(sets.eGeMAPSv02, levels.Functionals)
other = os.path.join(folder, "other")
before = None
for gain in (1.0, 0.1):
    audiofile.write(path, gain * noise, rate)
    kept = fresh.process_index(index, cache_root=other)[level].iloc[0]
    true = fresh.process_index(index)[level].iloc[0]
    print(f"the file times {gain}: level with the cache {kept:.2f} dB, without {true:.2f} dB")
    before = kept if before is None else before
assert kept == before and before - true > 19, "a changed file is noticed now"
PY
"$folder/venv/bin/python" "$folder/cache.py" "$folder"
