"""Folds trained on another machine, all at once on one card, with Keras on JAX and none of the orchestration.

A plan (JSON) says all but the features; outcomes come back as JSON, each under the key that its caller gave it:

    python -m ser_tasks.models.remote PLAN.json... --features DIR --out DIR
"""
