"""The third validation part of the labelled set."""
