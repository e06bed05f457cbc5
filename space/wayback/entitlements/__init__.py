"""Alerts of life events: entitlement lists compared with the population register; findings become cases."""
