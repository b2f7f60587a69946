"""Comparison of evaluations of one corpus: the best, its equals, and groups that are served worse."""
