"""Who takes part in the space: organisations, and the tokens of their clients."""
