"""The demo corpus: synthetic speech from a source-filter model, so that a first run needs no download."""
