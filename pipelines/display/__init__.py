"""Tables, progress and plots for the terminal."""
