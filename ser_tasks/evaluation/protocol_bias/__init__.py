"""The same model under protocols that share more and more with the test part, and what that adds to its figures."""
