"""One module for each corpus that the project knows by name."""
