"""A fitted model asked about sound that it has never seen."""
