"""Whether a file is the answer of a receipt: told cell by cell, and never by what cannot be read."""

from __future__ import annotations

from typing import Any

import pyarrow as pa
import pytest

from space.api.answering import negotiation
from space.api.operation import held_answers
from space.query.telling.accuracy import Accuracy

STATES = {"answer": "0" * 64, "id": "rcp_1"}
GARBAGE = b"\xff\xfe not a csv"


def is_answer(
    monkeypatch: pytest.MonkeyPatch, kept: pa.Table, content: bytes, *, plan: bool = True
) -> bool | None:
    """Whether a file is that answer, whose column n has an error of 2.5 where its plan is kept."""
    monkeypatch.setattr(held_answers.kept_answer, "of_receipt", lambda *_: kept)
    monkeypatch.setattr(
        held_answers.kept_answer, "plan_of_receipt", lambda *_: {"stands": "in"} if plan else None
    )
    monkeypatch.setattr(held_answers.Plan, "from_document", lambda document: document)
    errors = (Accuracy("n", 2.5, 1.0), Accuracy("exact", 0.0, 1.0))
    monkeypatch.setattr(held_answers, "of_answer", lambda *_: errors)
    nothing: Any = None
    return held_answers.is_answer_of(nothing, nothing, STATES, content)


def test_what_is_no_csv_is_never_the_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    small = pa.table({"x": ["a", "b"]})

    assert is_answer(monkeypatch, small, GARBAGE) is False
    assert is_answer(monkeypatch, small, b'x\n"a') is False


def test_of_an_answer_with_a_cell_too_long_to_be_read_nothing_is_said(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(held_answers.csv, "reader", _short)
    long = pa.table({"x": ["a" * 200]})

    assert is_answer(monkeypatch, long, GARBAGE) is not True
    written = bytes(negotiation.table(negotiation.Form.CSV, long, {}).body)
    assert is_answer(monkeypatch, long, written + b"\n") is None


def test_the_same_cells_written_anew_are_the_answer_and_a_row_more_or_less_is_not(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    kept = pa.table({"x": ["a", "b"], "y": ["1", "2"]})

    assert is_answer(monkeypatch, kept, b'\xef\xbb\xbf"x",y\r\n"a",1\r\n\r\nb,"2"\r\n') is True
    assert is_answer(monkeypatch, kept, b"x,y\na,1\n") is False
    assert is_answer(monkeypatch, kept, b"x,y\na,1\nb,2\nc,3\n") is False
    assert is_answer(monkeypatch, kept, b"x,y\na,1\nb,3\n") is False


def test_bounds_of_figures_are_no_part_of_the_answer_and_other_columns_are(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    kept = pa.table({"x": ["a", "b"], "n": [5, 10]})

    assert is_answer(monkeypatch, kept, b"x,n,n_lower,n_upper\na,5,2.5,7.5\nb,10,7.5,12.5\n") is True
    assert is_answer(monkeypatch, kept, b"x,n,n_lower,n_upper\na,6,2.5,7.5\nb,10,7.5,12.5\n") is False
    assert is_answer(monkeypatch, kept, b"x,n,m_lower\na,5,1\nb,10,1\n") is False
    assert is_answer(monkeypatch, kept, b"x,n,n_lower\na,5,1,9\nb,10,1\n") is False


def test_bounds_that_are_not_those_of_the_answer_make_it_another_file(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    kept = pa.table({"x": ["a", "b"], "n": [5, 10], "exact": [1, 2]})
    heads = b"x,n,exact,n_lower,n_upper\n"

    assert is_answer(monkeypatch, kept, heads + b"a,5,1,2.50,7.5\nb,10,2,7.5,12.5\n") is True
    assert is_answer(monkeypatch, kept, heads + b"a,5,1,4.99,5.01\nb,10,2,9.99,10.01\n") is False
    assert is_answer(monkeypatch, kept, heads + b"a,5,1,2.5,7.5\nb,10,2,no,12.5\n") is False
    assert is_answer(monkeypatch, kept, b"x,n,exact,exact_lower\na,5,1,1\nb,10,2,2\n") is False


def test_of_bounds_whose_plan_is_gone_nothing_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    kept = pa.table({"n": [5]})

    assert is_answer(monkeypatch, kept, b"n\n5\n", plan=False) is True
    assert is_answer(monkeypatch, kept, b"n,n_lower\n5,4.99\n", plan=False) is None
    assert is_answer(monkeypatch, kept, b"n,n_lower\n6,4.99\n", plan=False) is False
    assert is_answer(monkeypatch, kept, b"n,m_lower\n5,4.99\n", plan=False) is False


def _short(lines: Any, **more: Any) -> Any:
    """A CSV reader whose longest cell is short."""
    import _csv

    former = _csv.field_size_limit(100)
    try:
        rows = list(_csv.reader(lines, **more))
    finally:
        _csv.field_size_limit(former)
    yield from rows
