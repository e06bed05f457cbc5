"""The second validation part of the labelled set."""
