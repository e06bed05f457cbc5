"""Corrections 校核: a value challenged, answered by its source, and carried by a later release."""
