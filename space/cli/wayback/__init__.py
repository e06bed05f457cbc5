"""Commands of the way back to the grass roots 回流."""
