"""Feature sets: one module each, their table, the store that they are written to and read from, speech encoders."""
