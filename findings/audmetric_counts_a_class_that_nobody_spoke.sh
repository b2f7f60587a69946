#!/usr/bin/env bash
# audmetric 1.4.2: one prediction of a class that a speaker does not have costs the UAR of the speaker a seventh.
#
# Guess: unweighted_average_recall is the mean over the classes that are there, as scikit-learn's balanced_accuracy_score is
# (which warns, too): a class without utterances has no recall, so a wrong answer lowers the recall of the class that it was
# about, and no more.
# Seen: classes are those of truth and prediction together, and one that is only predicted has recall 0, without a warning.
# Of a fold with six of seven classes (speaker 08 of EMO-DB has no disgust), ten utterances each, a model with two errors
# among the six has 0.967; one with a single error, "disgust", has 0.843: the better model is 12 points worse. labels= with
# all seven classes, as one states them so that folds are alike, makes the absent one count always: 0.829 and 0.843, and no
# model reaches more than 6/7. So a mean over the speakers of EMO-DB is of another measure from fold to fold, and none of
# them is the pooled UAR. Pool the folds first, or average the recalls of the classes in the truth.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check --prefer-binary audmetric==1.4.2 numpy==2.4.2 scikit-learn==1.9.1
cat > "$folder/absent.py" << 'PY'
import warnings

import audmetric
from sklearn.metrics import balanced_accuracy_score

CLASSES = ["anger", "boredom", "disgust", "fear", "happiness", "neutral", "sadness"]
truth = [name for name in CLASSES if name != "disgust" for _ in range(10)]
two_errors = ["boredom", "boredom", *truth[2:]]
one_error = ["disgust", *truth[1:]]
found = {}
for name, predicted in (("two errors, classes of the fold", two_errors), ("one error, disgust", one_error)):
    with warnings.catch_warnings(record=True) as given:
        warnings.simplefilter("always")
        ours = audmetric.unweighted_average_recall(truth, predicted)
        stated = audmetric.unweighted_average_recall(truth, predicted, labels=CLASSES)
    warned = len(given)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        other = balanced_accuracy_score(truth, predicted)
    found[name] = ours
    print(f"{name}: audmetric {ours:.3f}, with labels= {stated:.3f} (warnings: {warned}), balanced_accuracy_score {other:.3f}")
    assert stated < 6 / 7 and warned == 0, "an absent class does not count, or is warned of"
two, one = found.values()
assert one < two - 0.1, "an absent class does not count any more"
PY
"$folder/venv/bin/python" "$folder/absent.py"
