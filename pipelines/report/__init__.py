"""The report of `ser compare`: one HTML file that needs nothing else. `sections/` has a module for each part of it."""
