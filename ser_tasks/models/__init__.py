"""The table of models: one module each, one line here."""

from collections.abc import Mapping

from ser_tasks.models.recogniser import Model
from ser_tasks.models.svm import SvmRecogniser

MODELS: Mapping[str, Model] = {
    "svm": Model(SvmRecogniser, lambda params: params.svm, "functionals"),
    "svm_speaker_norm": Model(SvmRecogniser, lambda params: params.svm, "functionals", speaker_norm=True),
}
