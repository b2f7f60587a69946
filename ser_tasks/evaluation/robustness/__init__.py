"""How recognisers fare on degraded recordings, and what must not change their answers."""
