#!/usr/bin/env bash
# NumPy 2.4.6, x86-64: NPY_DISABLE_CPU_FEATURES takes other names than in the years before, and the old ones do nothing.
#
# Guess: NPY_DISABLE_CPU_FEATURES="AVX512F AVX512CD AVX512_SKX" switches NumPy's AVX-512 kernels off, as it did.
# Seen: these names are not among the dispatched ones any more (X86_V3, X86_V4, AVX512_ICL, AVX512_SPR). NumPy reports that
# with an ImportWarning, which Python does not show by default, and goes on with AVX-512: results are the same to the last
# bit as without the variable. With X86_V4, AVX512_ICL and AVX512_SPR, float64 exp, sin, log and power change their last
# bits. Whoever pins kernels so that figures agree between processors has pinned nothing, and gets no warning.
# Seen on a Xeon with AVX-512:  97db2156987a  97db2156987a  c04c4d53636e
# Needs a processor with AVX-512; without one only the names are checked.
set -euo pipefail
folder="$(mktemp -d)"
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/python" -m pip install --quiet --disable-pip-version-check numpy==2.4.6
cat > "$folder/bits.py" << 'PY'
import hashlib
import numpy as np
x = np.linspace(-20, 20, 4001).astype(np.float32).astype(np.float64)
y = np.concatenate([np.exp(x), np.sin(x), np.log(np.abs(x) + 1), np.power(np.abs(x), 0.3)])
print(hashlib.sha256(y.tobytes()).hexdigest()[:12])
PY
names="$("$folder/venv/bin/python" -c 'from numpy._core._multiarray_umath import __cpu_dispatch__ as d; print(*d)')"
echo "dispatched: $names"
case " $names " in *" AVX512_SKX "*) echo "changed: AVX512_SKX is a name again"; exit 1 ;; esac
if ! grep -q avx512f /proc/cpuinfo; then
  echo "no AVX-512 here: the rest cannot be seen"
  exit 0
fi
unset NPY_DISABLE_CPU_FEATURES
plain="$("$folder/venv/bin/python" "$folder/bits.py")"
old="$(NPY_DISABLE_CPU_FEATURES="AVX512F AVX512CD AVX512_SKX" "$folder/venv/bin/python" "$folder/bits.py")"
new="$(NPY_DISABLE_CPU_FEATURES="X86_V4 AVX512_ICL AVX512_SPR" "$folder/venv/bin/python" "$folder/bits.py")"
echo "$plain  $old  $new"
[ "$plain" = "$old" ] && [ "$plain" != "$new" ]
