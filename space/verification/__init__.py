"""Verification 核验: whether given records match the rows of a dataset; match, mismatch or not found."""
