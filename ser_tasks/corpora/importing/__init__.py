"""What a person already has becomes a corpus: tables, audformat, EmoBox, folders, labels in file names."""
