#!/usr/bin/env bash
# potato-annotation 2.12.1: its TextGrid and its .eaf hold the tiers of one annotator; the export of the last minute is missing.
#
# Guess: of two people who label intervals of one recording, a TextGrid or a file of ELAN has the tiers of both, or one file
# for each; and the file that `export_annotation_format: jsonl` keeps up to date has all that the server has taken.
# Seen: A labels "angry", B "happy". `potato.export -f csv` has both, -f textgrid and -f eaf have "angry" alone, without a
# word: the second rater is gone, and with it every disagreement. The file that is kept up to date is written at most once a
# minute, when somebody answers, and not once more when the server ends: of both answers, a second apart, it has the first.
# Whoever imports it loses what was labelled in the last minute. Ask for the CSV when all is done.
set -euo pipefail
folder=$(mktemp -d)
trap 'kill "${server:-}" 2> /dev/null || true; rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check --prefer-binary potato-annotation==2.12.1 requests==2.34.2
cd "$folder"
mkdir -p data/audio
cat > config.yaml << 'YAML'
annotation_task_name: two raters
task_dir: .
output_annotation_dir: out
export_annotation_format: jsonl
data_files: [data/items.json]
item_properties: {id_key: id, text_key: audio}
user_config: {allow_all_users: true}
media_directory: data/audio
require_password: false
annotation_schemes:
  - annotation_type: tiered_annotation
    name: tiers
    description: the emotion of the voice
    source_field: audio
    media_type: audio
    tiers: [{name: emotion, tier_type: independent, labels: [{name: angry}, {name: happy}]}]
YAML
echo '[{"id": "talk", "audio": "/media/talk.wav"}]' > data/items.json
venv/bin/potato start config.yaml -p 8139 --host 127.0.0.1 > server.log 2>&1 &
server=$!
cat > label.py << 'PY'
import json
import time

import requests

PAGE = "http://127.0.0.1:8139"
for _ in range(240):
    try:
        requests.get(PAGE, timeout=5)
        break
    except requests.ConnectionError:
        time.sleep(0.5)
for rater, label in (("A", "angry"), ("B", "happy")):
    session = requests.Session()
    session.post(f"{PAGE}/login", data={"action": "login", "email": rater, "pass": ""})
    session.get(f"{PAGE}/annotate")
    own = {"id": "1", "tier": "emotion", "start_time": 100, "end_time": 900, "label": label}
    answer = {"tiers:::_data": json.dumps({"annotations": {"emotion": [own]}, "time_slots": {}})}
    taken = session.post(f"{PAGE}/updateinstance", json={"instance_id": "talk", "annotations": answer})
    taken.raise_for_status()
    print(f"{rater} labelled 0.1 to 0.9 s {label}")
    time.sleep(1)
PY
venv/bin/python label.py
sleep 3
kill -TERM "$server"
wait "$server" || true
kept=$(grep -c instance_id out/exports/jsonl/annotations.jsonl)
for kind in csv textgrid eaf; do venv/bin/python -m potato.export -c config.yaml -f "$kind" -o "$kind" > "$kind.log" 2>&1; done
asked=$(grep -c '^talk,' csv/annotations.csv)
grid=$(grep -ho '"[a-z]*"' textgrid/*.TextGrid | grep -cE 'angry|happy')
elan=$(grep -hoE 'VALUE>(angry|happy)<' eaf/*.eaf | wc -l)
echo "annotators in the file that is kept: $kept, in the CSV asked for: $asked; labels in the TextGrid: $grid, in the .eaf: $elan"
grep -il warn textgrid.log eaf.log || echo "no warning"
[ "$kept $asked $grid $elan" = "1 2 1 1" ]
