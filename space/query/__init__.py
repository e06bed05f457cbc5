"""The query gateway, one file per step."""
