"""What may stand inside a base aggregate: keys, conditions, measures, aggregates.

Each module reads a bound expression and gives its form over protected columns, or refuses. What it does
not know is refused: there is no default.
"""
