"""The blind part of the labelled set: sources of invented systems."""
