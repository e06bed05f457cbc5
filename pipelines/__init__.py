"""Dagster assets and checks that take a dataset from its files to a release."""
