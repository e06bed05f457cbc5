"""Commands of the security officer: alerts, incidents, stops."""
