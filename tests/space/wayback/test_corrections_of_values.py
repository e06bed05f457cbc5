from __future__ import annotations

import json
import stat
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from openpyxl import load_workbook
from sqlalchemy import select

from catalog.evidence import record
from catalog.keys import row_reference
from catalog.store import reading, writing
from catalog.store.tables.backflow import deliveries as deliveries_sent
from catalog.store.tables.evidence import evidence_entries
from catalog.store.tables.forms import disputes
from space.cli.wayback.corrections import correct
from space.errors import Refused, Unknown
from space.wayback.backflow.authoritative import NotInArea
from space.wayback.backflow.inbox import delivery, notices_of, read_rows
from space.wayback.backflow.inbox import listing as deliveries
from space.wayback.corrections.carrying import HEADINGS, NothingAccepted, check, write_workbook
from space.wayback.corrections.cases import (
    AlreadyChallenged,
    AlreadySettled,
    Correction,
    NotYours,
    answer,
    listing,
    open_challenge,
)
from space.wayback.corrections.challenges import Challenge
from space.wayback.recall.postings import post

EAST, HERE, FAR = "990101001001", "990102002003", "990105006001"
POLICE = "11990100MB0000001X"


def row(town: Any, number: int) -> str:
    return row_reference(town.keys.pseudonym, "civil.population", {"id_card": town.person(number)})


def challenge(town: Any, **changed: str) -> Challenge:
    asked = Challenge("street", "civil.population", row(town, 1), "phone", "13700000001", "本人来电更正")
    return replace(asked, **changed)


def opened(town: Any, **changed: str) -> Correction:
    return open_challenge(town.home, town.engine, challenge(town, **changed), by="王五", now=town.later())


def shown(town: Any, field: str) -> None:
    """A form of the street's showed it a field of resident 1 that does not flow back."""
    with writing(town.engine) as connection:
        version = connection.execute(select(deliveries_sent.c.release_id)).scalars().first()
        evidence = record(connection, event="form:sheet:prefill", subject="F1", body={}, now=town.now)
        post(
            connection, town.keys.pseudonym, kind="prefill", dataset="civil.population", row=row(town, 1),
            item=field, version=version, receiver="street", evidence=evidence, now=town.now,
        )  # fmt: skip


def answered(town: Any, asked: Correction, *, accepted: bool = True) -> Correction:
    return answer(
        town.engine,
        asked.id,
        department_code=POLICE,
        accepted=accepted,
        reason="已核实",
        by="赵六",
        now=town.later(),
    )


def is_flagged(town: Any) -> bool:
    with reading(town.engine) as connection:
        return connection.execute(select(disputes).where(disputes.c.closed_at.is_(None))).first() is not None


def messages(town: Any) -> list[str]:
    with reading(town.engine) as connection:
        return [n.message for n in notices_of(connection, "street") if n.kind == "correction"]


def test_a_challenge_goes_to_the_source_department_with_a_working_day_clock(telling: Any) -> None:
    # Received on Thursday 24 September 2026; the holidays of that autumn lie in between.
    telling.now = datetime(2026, 9, 24, 1, 0, tzinfo=UTC)

    asked = opened(telling)

    assert (asked.department, asked.department_code, asked.state) == ("公安局", POLICE, "open")
    assert (asked.due_on, asked.due_provisional) == (date(2026, 10, 15), False)
    assert is_flagged(telling)


def test_the_row_of_a_delivery_is_the_row_of_a_challenge(telling: Any) -> None:
    town = telling
    with reading(town.engine) as connection:
        rows = read_rows(town.home, deliveries(connection)[0]).to_pylist()

    asked = opened(town, row=next(r["_row"] for r in rows if r["name"] == "居民2"))

    assert asked.row == row(town, 2)


def test_an_accepted_value_is_done_when_a_release_carries_it(telling: Any) -> None:
    town = telling
    asked = answered(town, opened(town))
    assert (asked.state, asked.late) == ("accepted", False)
    assert is_flagged(town)
    assert check(town.home, town.engine, town.later()) == ()

    town.publish(town.population, town.residents(EAST, EAST, HERE, r1={"phone": "13700000001"}))
    (found,) = check(town.home, town.engine, town.later())

    assert found.outcome == "carried"
    assert not is_flagged(town)
    assert messages(town) == [
        "civil.population.phone: accepted by 公安局",
        "civil.population.phone: the accepted value is in the newest release",
    ]
    assert check(town.home, town.engine, town.later()) == ()


def test_an_accepted_value_that_does_not_come_stays_flagged_and_is_told(telling: Any) -> None:
    town = telling
    answered(town, opened(town))

    town.publish(town.population, town.residents(EAST, EAST, HERE, r2={"phone": "13800000002"}))
    (found,) = check(town.home, town.engine, town.later())

    assert found.outcome == "not_carried"
    assert is_flagged(town)
    assert messages(town)[-1].endswith("is not yet in the newest release")
    assert check(town.home, town.engine, town.later()) == ()

    town.publish(town.population, town.residents(EAST, EAST, HERE, r1={"phone": "13700000001"}))
    assert [one.outcome for one in check(town.home, town.engine, town.later())] == ["carried"]


def test_a_row_that_is_gone_is_told_apart(telling: Any) -> None:
    answered(telling, opened(telling))

    telling.publish(telling.population, telling.residents("gone", EAST, HERE))

    assert [one.outcome for one in check(telling.home, telling.engine, telling.later())] == ["row_gone"]


def test_a_corrected_identity_number_is_looked_for_under_its_new_value(telling: Any) -> None:
    town = telling
    answered(town, opened(town, field="id_card", value=town.person(9)))
    renamed = town.residents(EAST, EAST, HERE)
    renamed[0]["id_card"] = town.person(9)

    town.publish(town.population, renamed)

    assert [one.outcome for one in check(town.home, town.engine, town.later())] == ["carried"]


def test_a_corrected_home_in_another_area_is_found_there(telling: Any) -> None:
    town = telling
    shown(town, "area_code")
    answered(town, opened(town, field="area_code", value=FAR))

    town.publish(town.population, town.residents(FAR, EAST, HERE))

    assert [one.outcome for one in check(town.home, town.engine, town.later())] == ["carried"]


def test_a_rejection_lifts_the_flag_and_reaches_the_asker_with_its_reason(telling: Any) -> None:
    asked = answered(telling, opened(telling), accepted=False)

    assert (asked.state, asked.answer) == ("rejected", "已核实")
    assert not is_flagged(telling)
    assert messages(telling) == ["civil.population.phone: rejected by 公安局"]


def test_a_value_has_one_open_challenge_and_may_be_challenged_again_after_a_rejection(telling: Any) -> None:
    first = opened(telling)

    with pytest.raises(AlreadyChallenged, match=first.id):
        opened(telling, value="13600000001")
    answered(telling, first, accepted=False)

    assert opened(telling, value="13600000001").state == "open"


def test_only_the_source_department_answers_and_only_once(telling: Any) -> None:
    asked = opened(telling)

    with pytest.raises(NotYours, match=r"公安局 answers for civil\.population"):
        answer(
            telling.engine,
            asked.id,
            department_code="OTHER",
            accepted=True,
            reason="x",
            by="y",
            now=telling.now,
        )
    answered(telling, asked)
    with pytest.raises(AlreadySettled, match="accepted"):
        answered(telling, asked, accepted=False)


def test_an_answer_states_its_reason(telling: Any) -> None:
    asked = opened(telling)

    with pytest.raises(Refused, match="states its reason"):
        answer(
            telling.engine,
            asked.id,
            department_code=POLICE,
            accepted=False,
            reason=" ",
            by="赵六",
            now=telling.now,
        )


@pytest.mark.parametrize(("hour", "late"), [(15, False), (16, True)])
def test_an_answer_is_late_after_its_last_day_in_shanghai(telling: Any, hour: int, late: bool) -> None:
    asked = opened(telling)
    telling.now = datetime(
        asked.due_on.year, asked.due_on.month, asked.due_on.day, hour, tzinfo=UTC
    ) - timedelta(hours=1)

    assert answered(telling, asked).late is late


def test_a_row_of_another_area_cannot_be_challenged_nor_its_existence_learned(telling: Any) -> None:
    with pytest.raises(NotInArea) as elsewhere:
        opened(telling, row=row(telling, 3))
    with pytest.raises(NotInArea) as nowhere:
        opened(telling, row=row(telling, 99))

    assert str(elsewhere.value) == str(nowhere.value)


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"field": "salary"}, "correction.field.unknown"),
        ({"reason": ""}, "correction.reason"),
        ({"field": "name", "value": "居民1"}, "correction.nothing"),  # the street has it whole
        ({"value": "无"}, "correction.value"),
        ({"value": "12345"}, "correction.value"),
        ({"field": "birth_date", "value": "1950-02-30"}, "correction.value"),
    ],
)
def test_a_challenge_is_refused_with_its_reason(telling: Any, change: dict[str, str], code: str) -> None:
    with pytest.raises(Refused) as refused:
        opened(telling, **change)

    assert {reason.code for reason in refused.value.decision.reasons} == {code}
    assert not is_flagged(telling)


def test_a_value_in_any_spelling_is_carried_in_the_spelling_of_the_release(telling: Any) -> None:
    town = telling
    shown(town, "birth_date")
    answered(town, opened(town, field="birth_date", value="1950年3月5日"))

    town.publish(town.population, town.residents(EAST, EAST, HERE, r1={"birth_date": "1950-03-05"}))

    assert [one.outcome for one in check(town.home, town.engine, town.later())] == ["carried"]


def test_a_disputed_value_is_flagged_in_the_next_delivery(telling: Any) -> None:
    town = telling
    opened(town)

    town.publish(town.population, town.residents(EAST, EAST, HERE, r1={"name": "居民甲"}))
    (sent,) = town.deliver().sent

    with reading(town.engine) as connection:
        (told,) = read_rows(town.home, delivery(connection, sent.id)).to_pylist()
    assert (told["_fields"], told["_disputed"]) == ("name", "phone")


def test_no_value_reaches_evidence_notices_or_the_listing(telling: Any) -> None:
    town = telling
    answered(town, opened(town))
    town.publish(town.population, town.residents(EAST, EAST, HERE, r1={"phone": "13700000001"}))
    check(town.home, town.engine, town.later())

    with reading(town.engine) as connection:
        told = connection.execute(select(evidence_entries.c.body, evidence_entries.c.subject)).all()
        shown = repr(listing(connection))
    everything = shown + repr(told) + repr(messages(town))
    for value in (town.person(1), "13700000001", "13900000001", "居民1", "本人来电更正"):
        assert value not in everything


def test_the_workbook_holds_what_the_department_has_to_carry(telling: Any, tmp_path: Path) -> None:
    town, path = telling, tmp_path / "out" / "corrections.xlsx"
    answered(town, opened(town, reason="=HYPERLINK(1)"))
    opened(town, row=row(town, 2))

    assert write_workbook(town.engine, POLICE, path) == 1

    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    heading, line = load_workbook(path).active.iter_rows()
    assert tuple(cell.value for cell in heading) == HEADINGS
    assert [cell.value for cell in line][2:8] == [
        f"id_card={town.person(1)}",
        "联系电话",
        "13900000001",
        "13700000001",
        "=HYPERLINK(1)",
        "清波街道",
    ]
    assert {cell.data_type for cell in line} == {"s"}


def test_a_department_without_accepted_corrections_gets_no_workbook(telling: Any, tmp_path: Path) -> None:
    opened(telling)

    with pytest.raises(NothingAccepted):
        write_workbook(telling.engine, POLICE, tmp_path / "none.xlsx")
    assert not (tmp_path / "none.xlsx").exists()


def test_an_unknown_challenge_is_named(telling: Any) -> None:
    with pytest.raises(Unknown, match="cor_0"):
        answer(
            telling.engine,
            "cor_0",
            department_code=POLICE,
            accepted=True,
            reason="x",
            by="y",
            now=telling.now,
        )


def test_the_commands_open_answer_list_and_check(telling: Any, tmp_path: Path) -> None:
    run = CliRunner()
    value = ["--dataset", "civil.population", "--row", row(telling, 1), "--field", "phone"]
    asked = run.invoke(
        correct,
        ["open", "--body", "street", *value, "--value", "13700000001", "--reason", "本人来电", "--json"],
    )
    assert asked.exit_code == 0, asked.output
    found = json.loads(asked.stdout)

    replied = run.invoke(
        correct,
        ["answer", found["id"], "--department", POLICE, "--accept", "--reason", "已核实", "--by", "赵六"],
    )
    listed = json.loads(run.invoke(correct, ["list", "--body", "street", "--json"]).stdout)
    written = run.invoke(correct, ["workbook", "--department", POLICE, str(tmp_path / "c.xlsx")])
    checked = run.invoke(correct, ["check", "--json"])

    assert "accepted" in replied.stdout
    assert [(one["id"], one["state"]) for one in listed] == [(found["id"], "accepted")]
    assert written.exit_code == 0
    assert json.loads(checked.stdout) == []
    assert found["id"] in run.invoke(correct, ["list", "--department", POLICE]).stdout
