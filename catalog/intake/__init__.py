"""Intake: files and tables as departments send them, read into raw columns, and drafted into contracts."""
