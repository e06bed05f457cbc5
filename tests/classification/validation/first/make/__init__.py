"""Part of the labelled set."""
