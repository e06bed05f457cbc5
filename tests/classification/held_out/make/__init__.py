"""Programs that make the blind part of the labelled set."""
