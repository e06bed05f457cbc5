"""Trials 试算: which rows of a file a contract would leave out, without keeping anything of it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from catalog.intake.landing.trial import MOST_LINES, NotOfFiles, Trial, trial
from contracts.model import Action, Contract, Dimension, Field, FieldType, Party, Rule, RuleKind, Source
from contracts.model import SourceFormat as Format

GOOD, BAD = "110101199003077619", "110101199003077611"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path


def contract(*fields: Field, rules: tuple[Rule, ...] = (), **more: object) -> Contract:
    columns = {one.name: one.name for one in fields}
    source = Source(name="roll", path="roll.csv", format=Format.CSV, columns=columns)
    made = Contract(
        "roll", "名册", "civil", "roll", Party("民政局", ""), fields, rules=rules, sources=(source,),
        quarantine_limit=0.5,
    )  # fmt: skip
    return replace(made, **more)  # type: ignore[arg-type]


def tried(folder: Path, text: str, one: Contract) -> Trial:
    (folder / "roll.csv").write_text(text, encoding="utf-8")
    return trial(one, folder)


def test_a_value_of_another_type_leaves_with_its_line_and_its_cell(folder: Path) -> None:
    found = tried(
        folder,
        "no,born\n1,1990-03-07\n2,1990-13-07\n",
        contract(Field("no"), Field("born", type=FieldType.DATE)),
    )
    assert (found.rows, found.kept) == (2, 1)
    (line,) = found.lines
    assert (line.file, line.line, line.rule, line.cells) == (
        "roll.csv",
        3,
        "cast:date",
        {"born": "1990-13-07"},
    )
    assert found.reasons[0].says == "“born”应为日期，现有内容无法识别"


def test_an_implied_rule_warns_and_a_stated_one_leaves_the_row_out(folder: Path) -> None:
    text = f"no,card\n1,{GOOD}\n2,{BAD}\n"
    card = Field("card", check="resident_id")
    warned = tried(folder, text, contract(Field("no"), card))
    assert (warned.kept, warned.lines) == (2, ())
    (said,) = (one for one in warned.reasons if one.rows)
    assert (said.rule, said.action, said.rows) == ("q_card_check_digit", "warn", 1)
    (line,) = warned.warned
    assert (line.line, line.rule, line.cells) == (3, "q_card_check_digit", {"card": BAD})
    stated = Rule(
        said.rule, RuleKind(said.stated["kind"]), ("card",), said.stated["args"],
        Dimension(said.stated["dimension"]), Action.QUARANTINE,
    )  # fmt: skip
    strict = tried(folder, text, contract(Field("no"), card, rules=(stated,)))
    assert (strict.kept, [line.line for line in strict.lines]) == (1, [3])


def test_of_rows_with_one_key_the_first_that_is_left_stays(folder: Path) -> None:
    text = "no,name\n1,\n1,甲\n1,乙\n2,丙\n"
    keyed = contract(Field("no", key_position=1, required=True), Field("name", required=True))
    found = tried(folder, text, keyed)
    assert found.kept == 2
    assert [(line.line, line.rule) for line in found.lines] == [(2, "q_name_required"), (4, "q_no_unique")]


def test_more_rows_than_the_limit_stop_the_release(folder: Path) -> None:
    text = "no,name\n1,\n2,\n3,丙\n"
    found = tried(folder, text, contract(Field("no"), Field("name", required=True)))
    assert (found.kept, found.stops) == (1, True)
    assert (
        tried(folder, "no,name\n1,\n2,乙\n", contract(Field("no"), Field("name", required=True))).stops
        is False
    )


def test_only_the_first_lines_are_named_and_all_are_counted(folder: Path) -> None:
    rows = "".join(f"{number},\n" for number in range(MOST_LINES + 50))
    found = tried(folder, f"no,name\n{rows}9999,甲\n", contract(Field("no"), Field("name", required=True)))
    assert (found.rows - found.kept, len(found.lines)) == (MOST_LINES + 50, MOST_LINES)
    assert found.reasons[0].rows == MOST_LINES + 50


def test_rules_that_read_other_datasets_are_named_and_left_untried(folder: Path) -> None:
    other = Rule("q_known", RuleKind.REFERENCE, ("no",), {"dataset": "civil.people", "fields": ["no"]})
    found = tried(folder, "no\n1\n", contract(Field("no"), rules=(other,)))
    assert (found.kept, found.untried) == (1, ("q_known",))


@pytest.mark.parametrize("path", ["/etc/hostname", "../roll.csv", "sqlite:///roll.db", "\\\\host\\roll.csv"])
def test_a_contract_reads_nothing_but_what_was_sent(folder: Path, path: str) -> None:
    elsewhere = contract(Field("no"))
    elsewhere = replace(elsewhere, sources=(replace(elsewhere.sources[0], path=path),))
    (folder / "other.csv").write_text("no\n7\n", encoding="utf-8")
    with pytest.raises(NotOfFiles):
        tried(folder, "no\n1\n", elsewhere)


def test_one_file_stands_for_the_one_source_whatever_it_is_called(folder: Path) -> None:
    (folder / "七月.csv").write_text("no\n1\n2\n", encoding="utf-8")
    one = contract(Field("no"))
    elsewhere = replace(one, sources=(replace(one.sources[0], path="/data/民政局/*.csv"),))
    assert trial(elsewhere, folder).kept == 2


def test_a_database_is_not_tried(folder: Path) -> None:
    one = contract(Field("no"))
    asked = replace(one.sources[0], format=Format.SQL, path="roll.db", query="SELECT 1")
    with pytest.raises(NotOfFiles):
        tried(folder, "no\n1\n", replace(one, sources=(asked,)))
