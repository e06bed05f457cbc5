"""Every way a question is refused has Chinese words, and a word on what to do instead."""

from __future__ import annotations

import re

import pytest

from space.console.calling import Told
from space.console.language import Language
from space.console.pages.operator import refusing, remedies
from space.query.reasons import WORDING

# A sentence of English: three of its words in a row.
SENTENCE = re.compile(r"\b[a-z]{2,} [a-z]{2,} [a-z]{2,}\b")


@pytest.mark.parametrize(
    "code", [*WORDING, "workspace.name", "workspace.form", "grant.budget", "grant.quota"]
)
def test_every_refusal_is_worded_with_what_to_do_instead(code: str) -> None:
    message, allowed = WORDING.get(code, ("", ""))
    told = Told(code, message, "", allowed)
    assert re.search("[一-鿿]", refusing.called(Language.CHINESE, told))
    assert re.search("[一-鿿]", remedies.instead(told))
    assert not SENTENCE.search(remedies.form_of(told))


@pytest.mark.parametrize(
    ("code", "allowed", "form"),
    [
        (
            "query.predicate.grid",
            "d >= DATE '2020-05-01': where a month begins, with >= or <",
            "d >= DATE '2020-05-01'",
        ),
        ("query.predicate.grid", "x >= 10: steps of 5 from 0 to 100, with >= or <", "x >= 10"),
        ("query.name", "civil.population (sex, district)", "civil.population (sex, district)"),
        ("query.key", "group by t: sex, date_trunc('month', d)", "t: sex, date_trunc('month', d)"),
        ("query.identifier", "count(DISTINCT id), or a join the grant declares", "count(DISTINCT id)"),
        ("query.identifier", "leave the column out: it names somebody and has no form to count by", ""),
        ("query.bins", "avg(x): the column declares no bounds and grid, which bins need", "avg(x)"),
        ("query.bucket", "floor(x / 5), or a multiple of the step", "floor(x / 5)"),
        ("query.join", "the grant declares no join: aggregate each table, then join the answers", ""),
        ("query.join", "a.b JOIN a.c ON b.id = c.id", "a.b JOIN a.c ON b.id = c.id"),
        ("query.predicate.domain", "sex IN ('男', '女')", "sex IN ('男', '女')"),
        ("query.rows", "SELECT category, count(*) FROM table GROUP BY category", ""),
    ],
)
def test_what_can_be_written_as_it_stands_is_taken_out_of_its_sentence(
    code: str, allowed: str, form: str
) -> None:
    assert remedies.form_of(Told(code, "", "", allowed)) == form
