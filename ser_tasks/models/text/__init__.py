"""Models that read transcripts: the features of an utterance are the turns of its dialogue up to itself."""
