"""Predictions for people and programs: the web page (`ser app`) and the HTTP service (`ser serve`)."""
