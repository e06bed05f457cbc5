"""Decisions on categories and grades, with reasons and who consented."""
