"""Hyper-parameters searched on speakers of the training part, judged on others that the search never hears."""
