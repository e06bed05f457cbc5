"""Burden 基层负担 and satisfaction, measured from what was done."""
