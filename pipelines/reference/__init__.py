"""The reference pages of the documentation, written from the code, params.yaml and dvc.yaml that they describe."""
