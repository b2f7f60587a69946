"""What runs stages: the Prefect flow, `ser repro`, the process that they are forked from."""
