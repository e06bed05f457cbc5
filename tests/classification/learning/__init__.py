"""Learns the model of presumptions from the labelled columns; ``python -m tests.classification.learning``."""
