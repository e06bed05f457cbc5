"""A city's tables as departments really send them: the same fifteen tables in four hundred messy files.

Every file is made from a seed, so the folding, the rows and the reason of every file are known.
"""
