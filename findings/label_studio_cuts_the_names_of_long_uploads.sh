#!/usr/bin/env bash
# Label Studio 1.23.2: two recordings whose names differ after some eighty characters are alike in an export.
#
# Guess: a task names its upload as eight random digits, a minus, and the name that the file had, long or short.
# Seen: the name comes without blanks, brackets and percent signs, and a path of more than a hundred characters ("upload/1/"
# and the eight digits are among them) is cut to a hundred; the end of the name, mostly the number of the recording, gives
# way to an underscore and seven random characters. Nothing in the task has the whole name.
set -euo pipefail
folder="$(mktemp -d)"
server=""
trap '[ -z "$server" ] || kill "$server" 2> /dev/null || true; sleep 1; rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/python" -m pip install --quiet --disable-pip-version-check label-studio==1.23.2
cat > "$folder/upload.py" << 'PY'
import io
import json
import re
import sys
import time
import wave
from importlib.metadata import version

import requests

SERVER = sys.argv[1]
HEADERS = {"Authorization": f"Token {sys.argv[2]}"}
LONG = "interview_with_a_very_long_name_" * 3


def sound():
    content = io.BytesIO()
    with wave.open(content, "wb") as file:
        file.setnchannels(1), file.setsampwidth(2), file.setframerate(8000), file.writeframes(bytes(1600))
    return content.getvalue()


for _ in range(100):
    try:
        if requests.get(f"{SERVER}/health", timeout=5).ok:
            break
    except requests.ConnectionError:
        time.sleep(2)
page = '<View><Audio name="sound" value="$sound"/><TextArea name="words" toName="sound"/></View>'
project = requests.post(f"{SERVER}/api/projects", json={"title": "own", "label_config": page}, headers=HEADERS).json()["id"]
for name in ("a b (1).wav", f"{LONG}001.wav", f"{LONG}002.wav"):
    sent = {"file": (name, sound())}
    requests.post(f"{SERVER}/api/projects/{project}/import", files=sent, headers=HEADERS).raise_for_status()
exported = requests.get(f"{SERVER}/api/projects/{project}/export?exportType=JSON&download_all_tasks=true", headers=HEADERS)
tasks = sorted(exported.json(), key=lambda task: task["id"])
stored = [task["data"]["sound"].removeprefix("/data/") for task in tasks]
print("label-studio", version("label-studio"), stored)
cut = re.compile(rf"upload/\d+/[0-9a-f]{{8}}-{LONG[:20]}\w+_[A-Za-z0-9]{{7}}\.wav")
plain = re.fullmatch(r"upload/\d+/[0-9a-f]{8}-a_b_1\.wav", stored[0])
nowhere = not any(whole in json.dumps(tasks) for whole in (f"{LONG}001", f"{LONG}002"))
sys.exit(not (plain and all(cut.fullmatch(own) and len(own) == 100 for own in stored[1:]) and nowhere))
PY
port="$("$folder/venv/bin/python" -c 'import socket; own = socket.socket(); own.bind(("127.0.0.1", 0)); print(own.getsockname()[1])')"
token="0123456789abcdef0123456789abcdef01234567"
export HOME="$folder" LABEL_STUDIO_BASE_DATA_DIR="$folder/data" COLLECT_ANALYTICS=0 LATEST_VERSION_CHECK=0
"$folder/venv/bin/label-studio" start --no-browser --port "$port" --username own@example.org --password "$token" \
  --user-token "$token" --enable-legacy-api-token > "$folder/log" 2>&1 &
server=$!
"$folder/venv/bin/python" "$folder/upload.py" "http://127.0.0.1:$port" "$token"
