"""The first validation part of the labelled set."""
