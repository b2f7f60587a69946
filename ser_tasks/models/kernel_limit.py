"""How many utterances a kernel machine is trained on: its cost grows with their square."""

from ser_tasks.errors import UserError

KERNELS = {"svm": "logistic", "svm_published": "logistic", "embedding_svm": "logistic", "svr": "ridge"}
"""Section of params.yaml -> the linear model to take instead."""

SECONDS, MEASURED = 40.0, 1440  # CPU time of one `svm` with its search of C, on the functionals of RAVDESS


def check_kernel_limit(model: str, section: str, *, rows: int, trainings: int, largest: int) -> None:
    """Raise UserError where a kernel machine would be trained on more than it is allowed, with an estimate.

    Args:
        model: its name
        section: of params.yaml, that it reads
        rows: utterances of the largest training part, augmented copies too
        trainings: folds, times seeds
        largest: rows allowed
    """
    if section not in KERNELS or rows <= largest:
        return
    linear = KERNELS[section]
    instead = model.replace(section, linear) if section in model else linear
    hours = trainings * SECONDS * (rows / MEASURED) ** 2 / 3600
    raise UserError(
        f"{model}: {rows} training utterances. Its cost grows with their square: about {hours:.0f} hours of CPU for "
        f"{trainings} trainings. Take {instead}, whose cost grows with their number, or allow more than {largest}: "
        "kernels.largest in params.yaml."
    )
