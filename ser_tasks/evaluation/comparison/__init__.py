"""What several evaluations of a corpus say together: which is best, what equals it, and whom they serve worse."""
