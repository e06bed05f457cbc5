"""The labelled set of columns and how it is made."""
