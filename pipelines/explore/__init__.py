"""The page of `ser explore`: a corpus in pictures, as one HTML file."""
