"""Programs that make the second validation part of the labelled set."""
