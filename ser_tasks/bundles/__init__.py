"""A trained model with all that it takes to use it, in one folder."""
