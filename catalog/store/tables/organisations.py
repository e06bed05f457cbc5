"""The organisation tree and its changes; names are dated."""
