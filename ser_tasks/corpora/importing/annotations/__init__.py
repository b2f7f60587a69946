"""Annotations by hand: one file for each program that writes them, and one that finds and reads them all."""
