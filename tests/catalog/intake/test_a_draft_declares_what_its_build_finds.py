"""A draft declares what the detectors will find at its build, also in what names of files become."""

from __future__ import annotations

from pathlib import Path

import pytest

from catalog.classify.finding import Finding
from catalog.classify.run import classify
from catalog.intake.drafting.draft import draft, relocated
from catalog.intake.landing.landing import land
from contracts.cast import cast
from contracts.cleaning import clean
from contracts.model import Contract

HEADINGS = "残疾人证号,姓名,残疾类别,发证日期"
ROWS = [
    "1101011990030710{:02d}43,{}芳,肢体,2024-03-{:02d}",
    "1101011985111320{:02d}21,{}强,视力,2024-04-{:02d}",
]
SURNAMES = "王李张刘陈杨黄赵吴周"


def _written(folder: Path, name: str, start: int) -> None:
    rows = [ROWS[n % 2].format(start + n, SURNAMES[n % 10], 1 + n % 28) for n in range(20)]
    (folder / name).write_text("\n".join([HEADINGS, *rows]), encoding="utf-8")


@pytest.fixture
def found(tmp_path: Path) -> tuple[Contract, tuple[Finding, ...]]:
    """A family of files told apart by their names alone, and what a build finds in all of its rows."""
    folder = tmp_path / "in"
    folder.mkdir()
    for place, name in enumerate(
        ("残疾人证2024年3月.csv", "残疾人证2024年3月补.csv", "残疾人证2024年4月.csv")
    ):
        _written(folder, name, place * 20)
    (family,) = draft(folder).families
    contract = relocated(family.contract, folder, tmp_path)
    rows = cast(contract, clean(contract, land(contract, tmp_path).table).table).typed
    return contract, classify(contract, rows)


def test_what_names_of_files_tell_of_illness_is_declared_with_the_rest(
    found: tuple[Contract, tuple[Finding, ...]],
) -> None:
    contract, findings = found
    told = {each.field: each.detector for each in findings}
    assert told["source_file"] == "medical", "the names of the files say what is wrong with the persons"
    assert not [each.field for each in findings if each.beyond_declared]
    assert contract.field("source_file").sensitive


def test_a_period_of_names_that_only_resembles_what_is_sensitive_is_left_to_a_person(
    found: tuple[Contract, tuple[Finding, ...]],
) -> None:
    contract, findings = found
    assert "period" not in {each.field for each in findings if each.detector != "presumed"}
    assert not contract.field("period").sensitive
