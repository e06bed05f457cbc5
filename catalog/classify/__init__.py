"""Detectors find what a column holds; evidence becomes category and grade."""
