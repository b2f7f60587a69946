"""One module for each stage of dvc.yaml, its `main` called by `python -m pipelines STAGE`."""
