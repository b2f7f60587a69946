#!/usr/bin/env bash
# NRCLex 4.1.0: the first of top_emotions is fear where no word is known, and words with a capital letter are not known.
#
# Guess: of a sentence without a word of the lexicon top_emotions is empty; "Happy" is the word "happy".
# Seen: top_emotions holds every class whose share is the largest, in a fixed order that begins with fear, also where the
# largest share is 0. Taking the first, as one does for a label, gives "fear" for each neutral sentence, and for one
# that knows both joy and fear. Shares are of all ten columns, positive and negative among them, so that the share of
# joy in "happy" is 0.25. Tokens are looked up as they are: of the 6468 words of the lexicon none is found with a capital
# letter, as at the beginning of a sentence, and none in capitals, as automatic transcripts of some recognisers have
# them. load_raw_text does not change the case either (its code: TextBlob's words, each as the noun's lemma, so "hated"
# stays "hated", and "hate" alone is in the lexicon). Put tokens into small letters, take verbs to their base form, leave
# positive and negative out, and treat a sum of 0 as no answer.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check --no-deps NRCLex==4.1.0
cat > "$folder/words.py" << 'PY'
from nrclex import NRCLex


def of(*tokens):
    lexicon = NRCLex()
    lexicon.load_token_list(tokens)
    return lexicon


neutral, both = of("the", "chair", "is", "over", "here"), of("happy", "afraid")
print("no word known:", [name for name, _ in neutral.top_emotions], "| happy, afraid:", both.top_emotions[0][0])
assert len(neutral.top_emotions) == 10 and neutral.top_emotions[0] == ("fear", 0.0) and not neutral.raw_emotion_scores
assert both.top_emotions[0][0] == "fear" and {"joy", "fear"} <= {name for name, _ in both.top_emotions}

joy = of("happy").affect_frequencies["joy"]
print(f"share of joy in 'happy': {joy}")
assert joy == 0.25, "positive and negative are no part of the sum any more"

words = [*of().__lexicon__]
found = {name: sum(bool(of(change(word)).raw_emotion_scores) for word in words)
         for name, change in (("small", str), ("capitalised", str.capitalize), ("capitals", str.upper))}
print(f"{len(words)} words of the lexicon, found: {found}; 'hate' {bool(of('hate').raw_emotion_scores)}, "
      f"'hated' {bool(of('hated').raw_emotion_scores)}")
assert found == {"small": len(words), "capitalised": 0, "capitals": 0}, "case is ignored now"
assert of("hate").raw_emotion_scores and not of("hated").raw_emotion_scores
PY
"$folder/venv/bin/python" "$folder/words.py"
