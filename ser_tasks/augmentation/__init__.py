"""Variants of training items: each function takes its chance from a generator and leaves its input as it is."""
