"""A whole recogniser as one file for other programs: sound in, calibrated probabilities out."""
