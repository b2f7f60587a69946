"""The part of the leak audit that looks at the estimator: nothing in it may be fitted before its fold begins."""

from ser_tasks.errors import LeakError


def check_unfitted(recogniser: object, *, where: str) -> None:
    """Refuse a recogniser with a fitted estimator in it: it would carry what it saw outside the fold into the fold.

    Args:
        recogniser: its attributes are looked at, and the steps of those that are pipelines
        where: for the message

    Raises:
        LeakError: naming the part
    """
    for name, value in vars(recogniser).items():
        for part_name, part in _estimators(name, value):
            if _is_fitted(part):
                raise LeakError(
                    f"{where}: {part_name} ({type(part).__name__}) was fitted before the fold began. "
                    "Build it anew for each fold: sklearn.base.clone, or call its builder."
                )


def _estimators(name: str, value: object) -> list[tuple[str, object]]:
    from sklearn.base import BaseEstimator  # noqa: PLC0415  seconds, which planning a fold has no use for
    from sklearn.pipeline import Pipeline  # noqa: PLC0415

    if isinstance(value, Pipeline):
        return [(f"{name}.{step}", part) for step, part in value.steps]
    return [(name, value)] if isinstance(value, BaseEstimator) else []


def _is_fitted(estimator: object) -> bool:
    from sklearn.exceptions import NotFittedError  # noqa: PLC0415
    from sklearn.utils.validation import check_is_fitted  # noqa: PLC0415

    try:
        check_is_fitted(estimator)
    except (NotFittedError, TypeError):
        return False
    return True
