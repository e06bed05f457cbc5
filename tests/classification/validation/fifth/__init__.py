"""The fifth validation part of the labelled set."""
