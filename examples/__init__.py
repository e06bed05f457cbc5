"""Demonstrations: programs that only call registered commands."""
