"""Deliveries landed: sources of a contract as raw rows, typed, and how they differ from what was agreed."""
