"""The held-out part of the labelled set: blind."""
