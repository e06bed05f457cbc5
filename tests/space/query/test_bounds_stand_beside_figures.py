"""A table bears the least and the most the truth may be, beside the figures that have an error."""

from __future__ import annotations

import pyarrow as pa

from space.query.telling.accuracy import Accuracy
from space.query.telling.within import with_bounds

TABLE = pa.table(
    {"place": ["a", "b"], "n": [100, None], "s": [2000.0, -10.0], "share": [0.5, 0.1], "whole": [1, 2]}
)
TOLD = (
    Accuracy("n", 2.5, 1.0),
    Accuracy("s", None, 1.0, relative=0.05),
    Accuracy("share", None, 0.95, made_of=("n",)),
    Accuracy("whole", 0.0, 1.0),
)


def test_figures_with_an_error_have_bounds_and_computed_or_exact_ones_have_none() -> None:
    made = with_bounds(TABLE, TOLD)

    assert made.column_names == [*TABLE.column_names, "n_lower", "n_upper", "s_lower", "s_upper"]
    assert made.select(TABLE.column_names).equals(TABLE)
    assert made["n_lower"].to_pylist() == [97.5, None], "what is withheld has no bounds either"
    assert made["n_upper"].to_pylist() == [102.5, None]
    assert made["s_lower"].to_pylist() == [1900.0, -10.5]
    assert made["s_upper"].to_pylist() == [2100.0, -9.5]


def test_a_column_of_the_answer_is_never_taken_for_bounds_of_another() -> None:
    taken = pa.table({"n": [1], "n_upper": [7]})

    assert with_bounds(taken, (Accuracy("n", 1.0, 1.0),)) is taken
