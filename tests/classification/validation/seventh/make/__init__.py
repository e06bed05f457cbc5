"""Makers of the sources of this part."""
