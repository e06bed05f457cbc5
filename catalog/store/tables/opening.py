"""Openings of datasets to the public."""
