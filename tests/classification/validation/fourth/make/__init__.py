"""Programs that make the fourth validation part of the labelled set."""
