"""The checks of `ser check`: completeness, sound, labels, duplicates."""
