"""EmoBox: its lists, and its folds as a protocol."""
