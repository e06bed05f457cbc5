"""The fourth validation part of the labelled set."""
