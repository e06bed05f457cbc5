"""Terms as they are typed and calls as they are taken away: no page breaks, nothing runs as a formula."""

from __future__ import annotations

import csv
import io
from typing import Any

import pytest

from space.console.language import Language
from space.console.pages.contracting.stating import _read
from space.console.pages.operator.statements import calls_file

NINES = "9" * 5000


@pytest.mark.parametrize("key", ["price_fen_per_call", "calls", "max_rows", "budget.rho"])
@pytest.mark.parametrize("text", ["1e999998", NINES, f"0.{NINES}", "nan", "-inf", "Infinity", "1e-999998"])
def test_a_number_that_is_none_is_handed_on_as_a_short_text_or_as_a_plain_number(key: str, text: str) -> None:
    read = _read(key, text)

    if isinstance(read, str):
        assert len(read) <= 31
    else:
        assert (key, text, read) == ("budget.rho", "1e-999998", 0.0)


def test_amounts_that_are_typed_plainly_are_read() -> None:
    typed = ["1.50", "0", "12", "0.001"]
    assert [_read("price_fen_per_call", each) for each in typed] == [150, 0, 1200, "0.001"]
    assert (_read("calls", "1000"), _read("budget.rho", "0.05")) == (1000, 0.05)


def test_no_cell_of_the_calls_of_a_month_is_a_formula() -> None:
    link = '=HYPERLINK("http://evil.example","x")'
    calls = [["use_1", "answered", "+rct", -350, ""], ["@use", "cached", None, 150, ""]]
    section = {"grant": "grt_1", "datasets": ["a.b"], "purpose": "-p", "calls": calls}
    document: dict[str, Any] = {"month": "2026-10", "grants": [section]}
    taken = calls_file(Language.ENGLISH, document, {"grt_1": link})
    _, first, second = csv.reader(io.StringIO(taken.decode("utf-8-sig"), newline=""))

    assert first[2] == f"'{link}"
    assert (first[5], second[7]) == ("'+rct", "'@use")
    assert (first[6], second[6]) == ("-3.50", "1.50"), "a number stays one"
    assert not any(cell.startswith(("=", "+", "@")) for cell in (*first, *second))
