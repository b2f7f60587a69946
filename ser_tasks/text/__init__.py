"""What a transcript becomes before any model: turns of a dialogue, tokens, a vocabulary, word vectors."""
