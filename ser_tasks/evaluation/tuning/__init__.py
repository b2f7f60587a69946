"""Hyper-parameters searched on speakers of the training part, tested on others that the search never sees."""
