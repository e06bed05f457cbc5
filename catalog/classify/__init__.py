"""Detectors find what a column holds; evidence becomes category and grade.

One detector a file; each looks at one :class:`~catalog.classify.column.Column` and answers with
evidence or None. Evidence is counts, shares and whether the name matches; never a value.
"""
