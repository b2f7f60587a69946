"""DVC's own command, without the lines after each run that ask for `git add` and for another setting of DVC."""

import logging
import sys

from dvc.cli import main


def run() -> int:
    """The command with the arguments of this process; returns its exit status."""
    advice = logging.getLogger("dvc.repo.scm_context")
    advice.addFilter(lambda record: record.levelno > logging.INFO)  # a level would be set back by DVC's own set-up
    return int(main())


if __name__ == "__main__":
    sys.exit(run())
