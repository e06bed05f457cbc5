"""The append-only evidence log 可信存证."""
