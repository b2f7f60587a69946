"""How long a kernel machine would take, and what to take instead."""

import pytest

from ser_tasks.errors import UserError
from ser_tasks.models.kernel_limit import check_kernel_limit


@pytest.mark.parametrize(
    ("model", "section", "instead"),
    [
        ("svm", "svm", "logistic"),
        ("whisper_base_svm_speaker_norm", "svm", "whisper_base_logistic_speaker_norm"),
        ("residual_cnn_svm", "embedding_svm", "logistic"),
        ("egemaps_svr", "svr", "egemaps_ridge"),
    ],
)
def test_ten_times_the_utterances_are_a_hundred_times_the_hours(model, section, instead):
    with pytest.raises(UserError, match=f"about 6 hours of CPU for 5 trainings. Take {instead}, "):
        check_kernel_limit(model, section, rows=14_400, trainings=5, largest=14_399)  # 5 x 40 s x 100
    check_kernel_limit(model, section, rows=14_400, trainings=5, largest=14_400)


def test_models_whose_cost_grows_with_the_number_are_never_refused():
    check_kernel_limit("logistic", "logistic", rows=10**9, trainings=5, largest=1)
