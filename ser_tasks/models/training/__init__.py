"""Training of networks on utterances of any length: batches, validation speakers, the loop."""
