"""Programs that make the third validation part of the labelled set."""
