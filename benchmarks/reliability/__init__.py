"""Measured reliability: faults and load, intervals, and the tests themselves."""
