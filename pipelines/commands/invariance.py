"""`ser invariance`: changes of a recording that should not matter, tested on a bundle."""

import os
from collections.abc import Sequence
from itertools import chain

from pipelines.commands.bundles import find_bundle
from pipelines.commands.exit_statuses import UNREADABLE
from pipelines.commands.predict import FILES_PER_WORKER, processes, recordings
from pipelines.display.predictions import bar, report_fault
from pipelines.display.robustness import show_invariances
from pipelines.orchestration.worker_pool import worker_pool
from ser_tasks.bundles.card import check_files, read_card
from ser_tasks.errors import UserError
from ser_tasks.evaluation.robustness.invariance_tests import InvarianceResult, check_invariances, statuses
from ser_tasks.evaluation.robustness.invariances import INVARIANCES
from ser_tasks.params.reading import read_params

BATCH = 4  # recordings that a worker takes at a time, each of them as often as there are changes
BROKEN = 3  # exit status


def check_invariance(inputs: Sequence[str], *, bundle: str | None, workers: int | None) -> int:
    """The exit status, after every recording is predicted unchanged and changed, and the differences are printed.

    Raises:
        UserError: nothing can start, or no recording had a prediction
    """
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")  # TensorFlow logs much at start, none of it useful here
    folder, tolerance = find_bundle(bundle), read_params().robustness.tolerance
    card = read_card(folder)
    check_files(card, folder)
    paths = recordings(inputs)
    count = workers or processes(card, len(paths) * (1 + len(INVARIANCES)) // FILES_PER_WORKER)
    found: list[InvarianceResult] = []
    with bar(visible=True) as progress, worker_pool(folder, count) as pool:
        task = progress.add_task("recordings", total=len(paths))
        for own in chain.from_iterable(
            pool.map(check_invariances, [paths[first : first + BATCH] for first in range(0, len(paths), BATCH)])
        ):
            found.append(own)
            if own.fault is not None:
                report_fault(own.fault)
            progress.advance(task)
    if all(own.fault is not None for own in found):
        raise UserError("no recording had a prediction, see above. Name others.")
    tested = statuses(found, tolerance)
    show_invariances(card, tested, tolerance)
    if any(own.fault is not None for own in found):
        return UNREADABLE
    return 0 if all(status.holds for status in tested) else BROKEN
