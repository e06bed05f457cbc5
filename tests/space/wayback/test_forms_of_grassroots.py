from __future__ import annotations

import json
import stat
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from sqlalchemy import select

from catalog.store import reading
from catalog.store.tables.evidence import evidence_entries
from catalog.store.tables.forms import corrections, submissions
from contracts.model import UpdateCycle
from space.cli.wayback.forms import form as form_commands
from space.errors import Refused, Unknown
from space.wayback.corrections.cases import listing as challenges
from space.wayback.forms.admission import (
    Form,
    FormUnreadable,
    Item,
    NotAdmitted,
    admit,
    in_force,
    listing,
    read,
)
from space.wayback.forms.filling import AlreadySubmitted, Filled, submit
from space.wayback.forms.prefill import Prefilled, prefill
from tests.space.wayback.conftest import LOOK

EAST, HERE, FAR = "990101001001", "990102002003", "990105006001"

FORM = Form(
    code="ELDER-01",
    title="高龄老人巡访表",
    issuer="民政局",
    basis="云民发〔2026〕1号",
    period=UpdateCycle.MONTHLY,
    subject_kind="person",
    items=(
        Item("id", "身份号码", "civil.population", "id_card", "id_card"),
        Item("phone", "电话", "civil.population", "phone", "id_card"),
        Item("amount", "津贴金额", "welfare.allowance", "amount", "id_card"),
        Item("visited", "是否走访"),
    ),
    valid_from=date(2026, 1, 1),
    valid_to=date(2026, 12, 31),
)


@pytest.fixture
def filled_town(paying: Any) -> Any:
    """The paying town with the form on the list."""
    admit(paying.engine, FORM, by="李四", now=paying.later())
    return paying


def items(town: Any, number: int, body: str = "street") -> dict[str, Prefilled]:
    found = prefill(town.home, town.engine, "ELDER-01", body, town.person(number), town.later(), LOOK)
    return {item.name: item for item in found}


def fill(town: Any, **changed: Any) -> Filled:
    values = {"form": "ELDER-01", "period": "2026-09", "body": "street", "subject": town.person(1)}
    return Filled(**{**values, "values": {}, **changed})


def test_an_item_is_prefilled_with_its_source_and_as_of_date(filled_town: Any) -> None:
    found = items(filled_town, 1)

    phone, amount = found["phone"], found["amount"]
    assert (phone.value, phone.department, phone.as_of) == ("139****0001", "公安局", "2026-09-23")
    assert (amount.value, amount.department, amount.as_of) == ("120.50", "民政局", "2026-09")
    assert phone.source_responsible
    assert not phone.disputed


def test_the_newest_period_is_shown_where_a_subject_has_several_rows(filled_town: Any) -> None:
    assert items(filled_town, 1)["amount"].as_of == "2026-09"


def test_an_item_of_hand_has_no_source_and_nobody_else_answers_for_it(filled_town: Any) -> None:
    visited = items(filled_town, 1)["visited"]

    assert (visited.value, visited.department, visited.source_responsible) == (None, "", False)


def test_an_identity_number_is_shown_masked_in_a_form(filled_town: Any) -> None:
    shown = items(filled_town, 1)["id"].value

    assert shown == filled_town.person(1)[:6] + "********" + filled_town.person(1)[-4:]


def test_a_subject_of_another_area_looks_like_one_that_does_not_exist(filled_town: Any) -> None:
    elsewhere, nowhere = items(filled_town, 2), items(filled_town, 77)

    assert {item.value for item in elsewhere.values()} == {None}
    assert {name: replace(item, as_of="") for name, item in elsewhere.items()} == {
        name: replace(item, as_of="") for name, item in nowhere.items()
    }
    assert not any(item.source_responsible for item in elsewhere.values())


def test_a_subject_is_found_by_any_spelling_of_its_number(filled_town: Any) -> None:
    spelt = " " + filled_town.person(1).lower()

    found = prefill(
        filled_town.home, filled_town.engine, "ELDER-01", "street", spelt, filled_town.later(), LOOK
    )

    assert found[1].value == "139****0001"


def test_what_is_no_identifier_is_refused_without_repeating_it(filled_town: Any) -> None:
    with pytest.raises(Refused) as refused:
        prefill(filled_town.home, filled_town.engine, "ELDER-01", "street", "12345X", filled_town.now, LOOK)

    assert "12345X" not in str(refused.value)


def test_a_form_that_is_not_on_the_list_need_not_be_filled(filled_town: Any) -> None:
    with reading(filled_town.engine) as connection, pytest.raises(NotAdmitted, match="need not be filled"):
        in_force(connection, "URGENT-99", filled_town.now)


@pytest.mark.parametrize(
    ("instant", "is_in_force"),
    [
        ("2025-12-31T15:59+00:00", False),
        ("2025-12-31T16:00+00:00", True),
        ("2026-12-31T15:59+00:00", True),
        ("2026-12-31T16:00+00:00", False),
    ],
)
def test_a_form_is_in_force_on_its_days_of_shanghai(
    filled_town: Any, instant: str, is_in_force: bool
) -> None:
    now = datetime.fromisoformat(instant)

    with reading(filled_town.engine) as connection:
        if is_in_force:
            assert in_force(connection, "ELDER-01", now) == FORM
        else:
            with pytest.raises(NotAdmitted, match="in force from 2026-01-01 to 2026-12-31"):
                in_force(connection, "ELDER-01", now)


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"code": "../x"}, "form.code"),
        ({"basis": ""}, "form.basis"),
        ({"valid_to": date(2025, 1, 1)}, "form.term"),
        ({"items": ()}, "form.items"),
        ({"items": (Item("a", "A"), Item("a", "B"))}, "form.item.name"),
        ({"items": (Item("a", "A", field="phone"),)}, "form.item.source"),
        ({"items": (Item("a", "A", "civil.ghosts", "x", "y"),)}, "form.item.dataset"),
        ({"items": (Item("a", "A", "civil.population", "salary", "id_card"),)}, "form.item.field"),
        ({"items": (Item("a", "A", "civil.population", "phone", "name"),)}, "form.item.key"),
        ({"subject_kind": "household"}, "form.item.key"),
        ({}, "form.code.taken"),
    ],
)
def test_a_form_is_kept_off_the_list_with_its_reason(
    filled_town: Any, change: dict[str, Any], code: str
) -> None:
    with pytest.raises(Refused) as refused:
        admit(filled_town.engine, replace(FORM, **change), by="李四", now=filled_town.later())

    assert {reason.code for reason in refused.value.decision.reasons} == {code}


def test_only_differences_are_submitted_and_become_challenges(filled_town: Any) -> None:
    town = filled_town
    done = submit(
        town.home,
        town.engine,
        fill(
            town,
            values={"phone": "13700000001", "amount": "120.5", "visited": "是"},
            reasons={"phone": "本人来电更正"},
        ),
        by="王五",
        now=town.later(),
    )

    assert (done.kept, done.corrected, done.added) == (2, 1, 1)
    with reading(town.engine) as connection:
        (challenge,) = challenges(connection)
        row = connection.execute(select(submissions)).one()
    assert done.challenges == (challenge.id,)
    assert (challenge.field, challenge.department, challenge.state) == ("phone", "公安局", "open")
    lines = [json.loads(line) for line in (town.home.lake / row.path).read_text().splitlines()]
    assert [(line["item"], line["value"], line["state"]) for line in lines] == [
        ("phone", "13700000001", "corrected"),
        ("visited", "是", "added"),
    ]


def test_the_same_value_in_another_spelling_is_no_difference(filled_town: Any) -> None:
    # The phone number is masked: whoever writes one has not seen it, so that it would be a challenge.
    values = {"amount": " １２０．５０ "}

    done = submit(
        filled_town.home, filled_town.engine, fill(filled_town, values=values), by="王五", now=filled_town.now
    )

    assert (done.kept, done.corrected, done.added) == (3, 0, 0)


def test_a_value_for_a_subject_the_source_does_not_know_is_added(filled_town: Any) -> None:
    filled = fill(filled_town, subject=filled_town.person(77), values={"phone": "13700000077"})

    done = submit(filled_town.home, filled_town.engine, filled, by="王五", now=filled_town.later())

    assert (done.kept, done.corrected, done.added) == (0, 0, 1)


def test_a_challenge_shows_in_the_next_prefill_and_a_second_difference_joins_it(filled_town: Any) -> None:
    town = filled_town
    filled = fill(town, values={"phone": "13700000001"}, reasons={"phone": "本人来电更正"})
    first = submit(town.home, town.engine, filled, by="王五", now=town.later())

    assert items(town, 1)["phone"].disputed
    again = submit(town.home, town.engine, replace(filled, period="2026-10"), by="王五", now=town.later())

    assert again.challenges == first.challenges


def test_a_form_is_submitted_once_for_a_subject_and_period(filled_town: Any) -> None:
    submit(filled_town.home, filled_town.engine, fill(filled_town), by="王五", now=filled_town.later())

    with pytest.raises(AlreadySubmitted) as refused:
        submit(filled_town.home, filled_town.engine, fill(filled_town), by="王五", now=filled_town.later())
    assert filled_town.person(1) not in str(refused.value)


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"values": {"salary": "1"}}, "form.item.unknown"),
        ({"period": "../../x"}, "form.period"),
        ({"values": {"phone": "13700000001"}}, "correction.reason"),
        ({"values": {"phone": "123"}, "reasons": {"phone": "本人来电"}}, "form.value"),
        ({"values": {"amount": "many"}, "reasons": {"amount": "本人来电"}}, "form.value.type"),
        ({"values": {"amount": "1000.01"}, "reasons": {"amount": "本人来电"}}, "form.value"),
    ],
)
def test_a_wrong_submission_is_refused_whole(filled_town: Any, change: dict[str, Any], code: str) -> None:
    with pytest.raises(Refused) as refused:
        submit(
            filled_town.home, filled_town.engine, fill(filled_town, **change), by="王五", now=filled_town.now
        )

    assert {reason.code for reason in refused.value.decision.reasons} == {code}
    with reading(filled_town.engine) as connection:
        assert connection.execute(select(submissions)).all() == []
        assert connection.execute(select(corrections)).all() == []


def test_answers_lie_closed_in_the_lake_and_never_in_the_evidence(filled_town: Any) -> None:
    town = filled_town
    filled = fill(town, values={"phone": "13700000001"}, reasons={"phone": "本人来电更正"})
    done = submit(town.home, town.engine, filled, by="王五", now=town.later())

    path = town.home.lake / "landing" / "forms" / "ELDER-01" / "2026-09" / f"{done.id}.jsonl"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    with reading(town.engine) as connection:
        bodies = "".join(connection.execute(select(evidence_entries.c.body)).scalars())
        subject = connection.execute(select(submissions.c.subject)).scalar_one()
    assert subject in bodies
    for value in (town.person(1), "13700000001", "13900000001", "居民1", "本人来电更正"):
        assert value not in bodies


def test_a_field_a_later_contract_dropped_is_named(filled_town: Any) -> None:
    from catalog.cataloging.entering import catalogue

    town = filled_town
    fields = tuple(f for f in town.population.fields if f.name != "phone")
    smaller = replace(town.population, fields=fields)
    catalogue(town.engine, smaller, path=None, by="李四", reason="no phone", now=town.later())
    town.publish(smaller, town.residents(EAST), revision=2)

    with pytest.raises(Unknown, match=r"civil\.population\.phone"):
        items(town, 1)


FORM_FILE = """
code: VISIT-02
title: 走访表
issuer: 民政局
basis: 云民发〔2026〕2号
period: monthly
subjectKind: person
items:
  - {name: phone, title: 电话, dataset: civil.population, field: phone, key: id_card}
  - {name: visited, title: 是否走访}
validFrom: 2026-01-01
validTo: 2999-12-31
"""


def test_the_commands_admit_prefill_and_submit(filled_town: Any, tmp_path: Path) -> None:
    path = tmp_path / "visit.yaml"
    path.write_text(FORM_FILE, encoding="utf-8")
    run, subject = CliRunner(), filled_town.person(1)

    admitted = run.invoke(form_commands, ["admit", str(path), "--by", "李四"])
    named = ["VISIT-02", "--body", "street", "--subject", subject]
    unasked = run.invoke(form_commands, ["prefill", *named, "--json"])
    sent = run.invoke(form_commands, ["send", "VISIT-02", "--body", "street", "--by", "李四"])
    shown = run.invoke(form_commands, ["prefill", *named, "--json"])
    plain = run.invoke(form_commands, ["prefill", *named])
    difference = ["--set", "phone=13700000001", "--reason", "phone=本人来电"]
    handed = run.invoke(
        form_commands,
        ["submit", *named, "--period", "2026-09", *difference, "--by", "王五", "--json"],
    )

    assert admitted.exit_code == sent.exit_code == 0, admitted.output + sent.output
    assert (unasked.exit_code, json.loads(unasked.stdout)["reasons"][0]["code"]) == (1, "form.not_asked")
    assert json.loads(shown.stdout)[0]["value"] == "139****0001"
    assert "139****0001  [公安局, as of 2026-09-23]" in plain.stdout
    assert json.loads(handed.stdout)["corrected"] == 1
    assert "VISIT-02" in run.invoke(form_commands, ["list"]).stdout
    malformed = run.invoke(form_commands, ["submit", *named, "--period", "2026-10", "--set", "phone"])
    assert malformed.exit_code == 2


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("basis: 云民发〔2026〕2号", "", "basis is missing"),
        ("period: monthly", "period: hourly", "not a form"),
        ("validTo: 2999-12-31", "validTo: soon", "not a form"),
        ("title: 是否走访", "heading: 是否走访", "not a form"),
        ("code: VISIT-02", "code: [", "not a form"),
    ],
)
def test_a_form_file_that_says_it_wrongly_is_refused(tmp_path: Path, old: str, new: str, told: str) -> None:
    path = tmp_path / "visit.yaml"
    path.write_text(FORM_FILE.replace(old, new), encoding="utf-8")

    with pytest.raises(FormUnreadable, match=told):
        read(path)


def test_the_list_shows_every_admitted_form(filled_town: Any) -> None:
    with reading(filled_town.engine) as connection:
        assert listing(connection) == (FORM,)
