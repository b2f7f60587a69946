"""A machine without the orchestration.

pytest -p tests.models.remote.refuse, or python -m tests.models.remote.refuse PLAN...
"""

import runpy
import sys
from importlib.abc import MetaPathFinder

MISSING = ("pydantic", "annotated_types", "prefect", "mlflow", "tensorflow", "dvc", "librosa", "filelock", "soxr")


class _Refusal(MetaPathFinder):
    def find_spec(self, name, path=None, target=None):
        if name.split(".")[0] in MISSING:
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)


sys.meta_path.insert(0, _Refusal())

if __name__ == "__main__":
    runpy.run_module("ser_tasks.models.remote", run_name="__main__", alter_sys=True)
