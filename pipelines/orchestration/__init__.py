"""Datasets in Dagster: assets, checks, sensors, schedules, and what its runs tell others."""
