"""What things are called in an exported file."""

AUDIO, PROBABILITIES = "audio", "probabilities"  # its input and its output
FRONT_END = "front_end"  # begins the names of the nodes that make features of the sound
