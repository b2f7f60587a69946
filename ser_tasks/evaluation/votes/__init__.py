"""Votes of raters as a yardstick: posteriors against the distribution of votes, and raters against each other."""
