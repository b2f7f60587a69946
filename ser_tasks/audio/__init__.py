"""Reading and conditioning of recordings."""
