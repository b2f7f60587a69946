"""`ser behave`: changes that should not matter, tried on a bundle."""

import os
from collections.abc import Sequence
from itertools import chain

from pipelines.commands.bundles import find_bundle
from pipelines.commands.predict import UNREADABLE
from pipelines.commands.predict_command import FILES_PER_WORKER, processes, recordings
from pipelines.display.predictions import bar, fault
from pipelines.display.robustness import show_behaviour
from pipelines.orchestration.worker_pool import crew
from ser_tasks.bundles.card import check_files, read_card
from ser_tasks.errors import UserError
from ser_tasks.evaluation.robustness.behaviour import Behaviour, verdicts
from ser_tasks.evaluation.robustness.behaviour import behave as ask
from ser_tasks.evaluation.robustness.invariances import INVARIANCES
from ser_tasks.params.reading import read_params

BATCH = 4  # recordings that a worker takes at a time, each of them as often as there are changes
BROKEN = 3  # exit status


def behave(inputs: Sequence[str], *, bundle: str | None, workers: int | None) -> int:
    """Ask about every recording as it is and changed, show what moved, and return the exit status.

    Raises:
        UserError: nothing can begin, or no recording could be answered to
    """
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")  # TensorFlow has much to say, and nothing of it helps
    folder, tolerance = find_bundle(bundle), read_params().robustness.tolerance
    card = read_card(folder)
    check_files(card, folder)
    paths = recordings(inputs)
    count = workers or processes(card, len(paths) * (1 + len(INVARIANCES)) // FILES_PER_WORKER)
    found: list[Behaviour] = []
    with bar(visible=True) as progress, crew(folder, count) as team:
        task = progress.add_task("recordings", total=len(paths))
        for own in chain.from_iterable(
            team.ask(ask, [paths[first : first + BATCH] for first in range(0, len(paths), BATCH)])
        ):
            found.append(own)
            if own.fault is not None:
                fault(own.fault)
            progress.advance(task)
    if all(own.fault is not None for own in found):
        raise UserError("no recording could be answered to, see above. Name others.")
    judged = verdicts(found, tolerance)
    show_behaviour(card, judged, tolerance)
    if any(own.fault is not None for own in found):
        return UNREADABLE
    return 0 if all(verdict.holds for verdict in judged) else BROKEN
