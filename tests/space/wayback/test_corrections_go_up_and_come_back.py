from __future__ import annotations

import json
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from sqlalchemy import select

from catalog.clocks.duties import duties
from catalog.keys import row_reference
from catalog.organisations import units
from catalog.store import reading, writing
from catalog.store.tables.backflow import subscriptions
from catalog.store.tables.corrections import correction_attachments
from catalog.store.tables.evidence import evidence_entries
from policies.machine import IllegalStep
from space.cli.wayback.corrections import correct
from space.errors import Refused, Unknown
from space.wayback.backflow.bodies import ledger
from space.wayback.backflow.inbox import notices_of
from space.wayback.corrections import appeals, flags
from space.wayback.corrections.attachments import SealBroken, attach, attachments, unsealed
from space.wayback.corrections.carrying import check, write_workbook
from space.wayback.corrections.cases import AlreadyChallenged, Correction, answer, open_challenge
from space.wayback.corrections.challenges import Challenge
from space.wayback.corrections.course import Bench, correction, history
from tests.forged import turned

EAST, HERE = "990101001001", "990102002003"
POLICE = "11990100MB0000001X"
NEW = "13700000001"
PNG = bytes.fromhex("89504e470d0a1a0a") + b"a photograph of a household register"


def row(town: Any, number: int) -> str:
    return row_reference(town.keys.pseudonym, "civil.population", {"id_card": town.person(number)})


def opened(town: Any, **changed: str) -> Correction:
    asked = {"asker": "street", "row": row(town, 1), "field": "phone", "value": NEW} | changed
    challenge = Challenge(dataset="civil.population", reason="本人来电更正", **asked)
    return open_challenge(town.home, town.engine, challenge, by="王五", now=town.later())


def answered(town: Any, case: Correction, *, accepted: bool = False, by: str = "赵六") -> Correction:
    return answer(
        town.engine, case.id, department_code=POLICE, accepted=accepted, reason="已核实", by=by,
        now=town.later(),
    )  # fmt: skip


def appealed(town: Any, case: Correction, **changed: Any) -> Correction:
    said = {"asker": "street", "reason": "户口簿为证", "by": "王五"} | changed
    with writing(town.engine) as connection:
        return appeals.appeal(connection, case.id, now=town.later(), **said)


def decided(town: Any, case: Correction, level: Bench, *, overturn: bool, by: str = "裁决人") -> Correction:
    with writing(town.engine) as connection:
        return appeals.decide(
            connection, case.id, level=level, overturn=overturn, basis="调查核实", by=by, now=town.later()
        )


def is_flagged(town: Any) -> bool:
    with reading(town.engine) as connection:
        return bool(flags.disputed(connection, "civil.population", [row(town, 1)]))


def stands(town: Any, case: Correction) -> Correction:
    with reading(town.engine) as connection:
        return correction(connection, case.id)


def codes(refused: pytest.ExceptionInfo[Refused]) -> set[str]:
    return {reason.code for reason in refused.value.decision.reasons}


def test_a_refusal_goes_up_level_by_level_and_the_value_is_flagged_meanwhile(telling: Any) -> None:
    town = telling
    case = answered(town, opened(town))
    assert not is_flagged(town)
    for number, level in enumerate((Bench.AUTHORITY, Bench.SUPERIOR, Bench.GOVERNMENT)):
        up = appealed(town, case)
        assert (up.state, up.level, is_flagged(town)) == (f"before_{level.value}", level.value, True)
        case = decided(town, up, level, overturn=False, by=f"裁决人{number}")
        assert not is_flagged(town)

    assert case.state == "upheld"
    with pytest.raises(IllegalStep, match="no step is open"):
        appealed(town, case)
    with reading(town.engine) as connection:
        steps = [(s.number, s.event, s.office) for s in history(connection, case.id)]
    assert steps == [
        (1, "open", "reporter"), (2, "reject", "department"), (3, "appeal", "reporter"),
        (4, "uphold", "authority"), (5, "appeal", "reporter"), (6, "uphold", "superior"),
        (7, "appeal", "reporter"), (8, "uphold", "government"),
    ]  # fmt: skip


def test_an_overturned_refusal_is_carried_like_an_accepted_value(telling: Any, tmp_path: Path) -> None:
    town = telling
    case = appealed(town, answered(town, opened(town)))

    case = decided(town, case, Bench.AUTHORITY, overturn=True)

    assert (case.state, case.level, is_flagged(town)) == ("accepted", "", True)
    assert write_workbook(town.engine, POLICE, tmp_path / "c.xlsx") == 1
    town.publish(town.population, town.residents(EAST, EAST, HERE, r1={"phone": NEW}))
    assert [one.outcome for one in check(town.home, town.engine, town.later())] == ["carried"]
    assert not is_flagged(town)


def test_the_department_may_give_in_while_an_appeal_waits_but_not_refuse_again(telling: Any) -> None:
    town = telling
    case = appealed(town, answered(town, opened(town)))

    with pytest.raises(IllegalStep):
        answered(town, case)

    assert answered(town, case, accepted=True).state == "accepted"
    with reading(town.engine) as connection:
        open_rules = {d.rule for d in duties(connection, date(2026, 9, 24)) if case.id in d.subject}
    assert open_rules == {"correction_answer"}  # the value is still to be carried; nobody decides any more


def test_an_appeal_has_its_reporter_its_reason_and_its_days(telling: Any) -> None:
    town = telling
    case = answered(town, opened(town))

    with pytest.raises(Refused) as refused:
        appealed(town, case, asker="village", reason=" ")
    assert codes(refused) == {"correction.reporter", "correction.step.reason"}
    town.now = datetime(2026, 11, 2, 4, tzinfo=UTC)
    with pytest.raises(Refused) as refused:
        appealed(town, case)
    assert codes(refused) == {"correction.appeal.over"}


def test_a_value_under_another_challenge_is_not_flagged_twice(telling: Any) -> None:
    town = telling
    case = answered(town, opened(town))
    other = opened(town, value="13700000002")

    with pytest.raises(AlreadyChallenged, match=other.id):
        appealed(town, case)


def test_nobody_decides_over_a_word_of_their_own_nor_at_another_level(telling: Any) -> None:
    town = telling
    case = appealed(town, answered(town, opened(town)))

    with pytest.raises(Refused) as refused:
        decided(town, case, Bench.AUTHORITY, overturn=True, by="赵六")
    assert codes(refused) == {"correction.same_person"}
    with pytest.raises(IllegalStep):
        decided(town, case, Bench.SUPERIOR, overturn=True)


def test_an_overdue_challenge_goes_up_by_itself_until_the_government(telling: Any) -> None:
    town = telling
    with writing(town.engine) as connection:
        units.add(
            connection, code="DATA", name="云州市数据局", kind=units.UnitKind.AUTHORITY,
            valid_from=date(2026, 1, 1), basis="三定规定", by="李四", now=town.now,
        )  # fmt: skip
    case = opened(town)
    assert appeals.escalate(town.engine, town.now) == ()
    levels = []
    for month in (11, 12):
        town.now = datetime(2026, month, 2, 4, tzinfo=UTC)
        levels += [one.level for one in appeals.escalate(town.engine, town.now)]
        assert appeals.escalate(town.engine, town.now) == ()

    assert (levels, stands(town, case).state) == (["authority", "superior"], "open")
    with reading(town.engine) as connection:
        late = {(d.owner, d.rule) for d in duties(connection, date(2026, 12, 3)) if case.id in d.subject}
        told = [n.message for n in notices_of(connection, "street")]
    assert {rule for _, rule in late} == {"correction_answer", "correction_overdue"}
    assert told[-1] == "civil.population.phone: overdue, it went to the superior"
    assert answered(town, case, accepted=True).late is True


def test_an_overdue_challenge_is_decided_in_its_departments_place(telling: Any) -> None:
    town = telling
    case = opened(town)
    town.now = datetime(2026, 11, 2, 4, tzinfo=UTC)
    appeals.escalate(town.engine, town.now)

    done = decided(town, case, Bench.AUTHORITY, overturn=True)

    assert (done.state, done.late, done.answered_at) == ("accepted", True, town.now)


def test_an_appeal_nobody_decides_goes_to_the_next_level(telling: Any) -> None:
    town = telling
    case = appealed(town, answered(town, opened(town)))
    town.now = datetime(2026, 11, 2, 4, tzinfo=UTC)

    (up,) = appeals.escalate(town.engine, town.now)

    assert (up.id, up.state, up.level) == (case.id, "before_superior", "superior")


def test_a_release_without_the_accepted_value_opens_the_case_again_and_counts(telling: Any) -> None:
    town = telling
    case = answered(town, opened(town), accepted=True)
    for number in (2, 3):
        town.publish(town.population, town.residents(EAST, EAST, HERE, r2={"phone": f"1380000000{number}"}))
        check(town.home, town.engine, town.later())

    back = stands(town, case)
    assert (back.state, back.not_carried, is_flagged(town)) == ("reopened", 2, True)
    with reading(town.engine) as connection:
        owed = [d for d in duties(connection, date(2026, 9, 24)) if d.rule == "correction_reopened"]
    assert [(d.owner_code, d.subject) for d in owed] == [(POLICE, f"correction:{case.id}")]
    assert answered(town, case, accepted=True).state == "accepted"

    town.publish(town.population, town.residents(EAST, EAST, HERE, r1={"phone": NEW}))
    check(town.home, town.engine, town.later())
    assert stands(town, case).state == "carried"


def test_a_challenge_is_taken_back_by_its_reporter_alone(telling: Any) -> None:
    town = telling
    case = opened(town)
    said = {"reason": "查无此事", "by": "王五"}
    with writing(town.engine) as connection, pytest.raises(Refused) as refused:
        appeals.withdraw(connection, case.id, asker="village", now=town.now, **said)
    assert codes(refused) == {"correction.reporter"}

    with writing(town.engine) as connection:
        done = appeals.withdraw(connection, case.id, asker="street", now=town.now, **said)

    assert (done.state, is_flagged(town)) == ("withdrawn", False)


def test_a_ledger_shows_a_value_challenged_since_its_delivery(telling: Any) -> None:
    town = telling
    case = opened(town)
    with reading(town.engine) as connection:
        (subscription,) = connection.execute(select(subscriptions.c.id)).scalars()
        shown = {r["_row"]: r["_disputed"] for r in ledger(town.home, connection, subscription).to_pylist()}
    assert shown == {row(town, 1): "phone", row(town, 2): ""}

    answered(town, case)
    with reading(town.engine) as connection:
        after = ledger(town.home, connection, subscription)["_disputed"].to_pylist()
    assert after == ["", ""]


def given(town: Any, case: Correction, content: bytes = PNG, **changed: Any) -> Any:
    said = {"title": "户口簿照片", "organisation": "street", "by": "王五"} | changed
    with writing(town.engine) as connection:
        return attach(town.home, connection, case.id, content, now=town.later(), **said)


def read_back(town: Any, attachment: str, organisation: str = POLICE) -> bytes:
    return unsealed(
        town.home, town.engine, attachment, organisation=organisation, by="赵六", now=town.later()
    )


def test_evidence_is_sealed_in_the_lake_and_read_by_the_parties(telling: Any) -> None:
    town = telling
    made = given(town, opened(town))

    assert (made.kind, made.size_bytes) == ("png", len(PNG))
    assert read_back(town, made.id) == read_back(town, made.id, "street") == PNG
    with pytest.raises(Unknown):
        read_back(town, made.id, "village")
    (sealed,) = (town.home.lake / "corrections").rglob("*.sealed")
    assert b"photograph" not in sealed.read_bytes()
    assert sealed.stat().st_mode & 0o077 == 0
    with reading(town.engine) as connection:
        log = repr(connection.execute(select(evidence_entries.c.event, evidence_entries.c.body)).all())
    assert made.sha256 in log
    assert log.count("correction:evidence:read") == 2
    assert "户口簿" not in log


def test_a_sealed_file_that_was_changed_is_not_opened(telling: Any) -> None:
    town = telling
    made = given(town, opened(town))
    (sealed,) = (town.home.lake / "corrections").rglob("*.sealed")
    turned(sealed)

    with pytest.raises(SealBroken, match="missing or changed"):
        read_back(town, made.id)


def test_what_is_no_evidence_is_refused_and_leaves_nothing(telling: Any) -> None:
    case = opened(telling)
    for content, title, code in (
        (b"MZ a program", "x", "correction.attachment.kind"),
        (PNG + bytes(10 * 1024 * 1024), "x", "correction.attachment.size"),
        (PNG, " ", "correction.attachment.title"),
    ):
        with pytest.raises(Refused) as refused:
            given(telling, case, content, title=title)
        assert codes(refused) == {code}
    assert not list((telling.home.lake / "corrections").rglob("*"))


def test_a_case_takes_so_many_files_and_none_once_it_is_settled(telling: Any) -> None:
    town = telling
    case = opened(town)
    for _ in range(10):
        given(town, case)
    with pytest.raises(Refused) as refused:
        given(town, case)
    assert codes(refused) == {"correction.attachment.number"}
    with reading(town.engine) as connection:
        assert len(attachments(connection, case.id)) == 10

    answered(town, case, accepted=True)
    town.publish(town.population, town.residents(EAST, EAST, HERE, r1={"phone": NEW}))
    check(town.home, town.engine, town.later())
    with pytest.raises(Refused) as refused:
        given(town, case)
    assert "correction.attachment.settled" in codes(refused)


def test_a_file_whose_transaction_fails_is_not_evidence(telling: Any) -> None:
    town = telling
    case = opened(town)
    said = {"title": "x", "organisation": "street", "by": "王五", "now": town.now}

    def attach_and_die() -> None:
        with writing(town.engine) as connection:
            attach(town.home, connection, case.id, PNG, **said)
            raise RuntimeError

    with pytest.raises(RuntimeError):
        attach_and_die()

    with reading(town.engine) as connection:
        assert connection.execute(select(correction_attachments)).all() == []


def test_the_commands_of_an_appeal_and_of_evidence(telling: Any, tmp_path: Path) -> None:
    town, run = telling, CliRunner()
    town.now = datetime.now(UTC) - timedelta(days=1)
    case = answered(town, opened(town))
    file = tmp_path / "register.png"
    file.write_bytes(PNG)
    said = ["--body", "street", "--reason", "户口簿为证", "--by", "王五"]

    refused = run.invoke(correct, ["appeal", case.id, "--body", "village", "--reason", "x"])
    assert (refused.exit_code, "correction.reporter" in refused.stderr) == (1, True)
    assert "before the authority" in run.invoke(correct, ["appeal", case.id, *said]).stdout
    made = run.invoke(correct, ["attach", case.id, str(file), "--for", "street", "--json"])
    named = json.loads(made.stdout)["id"]
    out = tmp_path / "out.png"
    assert run.invoke(correct, ["evidence", named, str(out), "--for", POLICE]).exit_code == 0
    assert out.read_bytes() == PNG
    decision = ["decide", case.id, "--level", "authority", "--overturn", "--basis", "核实", "--by", "裁决人"]
    assert "accepted" in run.invoke(correct, decision).stdout
    assert "0 overdue cases" in run.invoke(correct, ["escalate"]).stdout
    shown = json.loads(run.invoke(correct, ["show", case.id, "--json"]).stdout)
    assert [step["event"] for step in shown["steps"]] == ["open", "reject", "appeal", "overturn"]
    assert [each["id"] for each in shown["evidence"]] == [named]
    assert "register.png" in run.invoke(correct, ["show", case.id]).stdout
