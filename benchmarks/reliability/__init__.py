"""What the product stands, measured: faults and load, intervals, and the tests themselves."""
