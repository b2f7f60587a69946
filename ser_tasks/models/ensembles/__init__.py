"""Ensembles: the posteriors of several models combined."""
