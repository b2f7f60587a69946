#!/usr/bin/env bash
# WaveSurfer 1.8.8p5 (Debian 12): whoever opens a label file and saves it again moves the start of its first label to 0.
#
# Guess: a file in WaveSurfer's own format, start, end and label of each line, is the same after reading and saving.
# Seen: "0.5 1.0 angry" and "1.5 2.25 sad" come back as 0 to 1 and 1.5 to 2.25 s: half a second of something else now
# has the emotion. Gaps between labels are kept, since the reader puts an empty label there, but it puts none before
# the first one, and the writer begins at 0. It happens in the second sitting of every annotator who left the beginning
# unlabelled: the first save is right. In the formats of HTK and TIMIT the start is kept; in that of ESPS, which states
# ends alone, it is lost as well. The scripts of the program itself read and write here, without its window.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
apt-get download -qq wavesurfer=1.8.8p5-1.1
dpkg-deb --extract wavesurfer_*.deb program
cat > again.py << 'PY'
import tkinter
from pathlib import Path

plugins = "program/usr/share/tcltk/wavesurfer/plugins"
tcl = tkinter.Tcl()
tcl.eval("""
namespace eval wsurf { proc RegisterPlugin {args} {}; namespace eval trans::pane { variable var } }
namespace eval trans {}
proc sound {args} { return 16000 }
proc window {command args} { if {$command eq "cget"} { return sound } }
array set wsurf::trans::pane::var {encoding utf-8 fullName "" format "" headerFmt "" header ""}
""")
for name in ("ws", "htk", "timit", "waves"):
    tcl.eval(f"source {plugins}/transcription_format_{name}.plug")
tcl.eval("transcription_format_htk::paneCreated window pane")


def saved_again(name, text):
    Path(name).write_text(text)
    tcl.eval(f"set wsurf::trans::pane::var(fileName) {name}")
    for what in ("load", "save"):
        tcl.eval(f"transcription_format_{Path(name).suffix[1:]}::{what} window pane")
    return [line.split() for line in Path(name).read_text().splitlines() if line.strip()]


own = saved_again("labels.ws", "0.5 1.0 angry\n1.5 2.25 sad\n")
print("WaveSurfer:", own)
assert [[float(a), float(b), label] for a, b, label in own] == [[0, 1, "angry"], [1.5, 2.25, "sad"]]
for name, unit in (("labels.htk", 10**7), ("labels.timit", 16_000)):
    lines = [f"{round(a * unit)} {round(b * unit)} {label}" for a, b, label in ((0.5, 1, "angry"), (1, 2.25, "sad"))]
    found = saved_again(name, "\n".join(lines) + "\n")
    print(f"{name}:", found)
    assert int(found[0][0]) == unit / 2, "the start is lost here, too"
PY
python3 again.py
