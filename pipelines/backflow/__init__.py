"""Backflow 回流: what moved, whose area it concerns, and sending it there."""
