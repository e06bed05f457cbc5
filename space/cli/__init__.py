"""Commands of the space."""
