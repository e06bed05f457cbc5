"""Who holds a row by supply, list or 核验, computed from what was run; and a record of a query challenged."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from typing import Any

import pytest
from click.testing import CliRunner
from sqlalchemy import select

from catalog.keys import row_reference
from catalog.lake.kept import kept_of
from catalog.store import reading
from catalog.store.tables.evidence import evidence_entries
from catalog.store.tables.recall import holder_searches, postings
from space.cli.wayback.recall import holders as holders_command
from space.errors import Refused, Unknown
from space.identity.tokens import Caller
from space.supply.transfers import Span, Transfer
from space.verification.prepare import Asked
from space.verification.verifier import Verifier
from space.watch.exposure import Scope, exposed
from space.wayback.backflow.authoritative import NotInArea
from space.wayback.corrections.cases import Correction, answer, open_challenge
from space.wayback.corrections.challenges import Challenge
from space.wayback.recall.following import tell_of
from space.wayback.recall.holders import holders, looking_at
from space.wayback.recall.people import Received, ask, consent, look
from space.wayback.recall.rows import Target
from tests.space.bureau_contracts import POPULATION, identity

ALL = ("list", "verify")


def target(counter: Any, number: int, *items: str, value: Any = ...) -> Target:
    reference = row_reference(counter.bureau.keys.pseudonym, POPULATION.name, {"id_card": identity(number)})
    key = {"id_card": identity(number)}
    return Target(POPULATION.name, key, frozenset((reference,)), frozenset(items), value)


def held(counter: Any, *targets: Target) -> list[tuple[str, tuple[str, ...]]]:
    with reading(counter.bureau.engine) as connection:
        found = holders(looking_at(counter.bureau.home, connection), targets)
    return [(one.way, one.items) for one in found]


def fetch(counter: Any, made: Any) -> None:
    b = counter.bureau
    span = Span(0, made.size_bytes - 1)
    transfer = Transfer(b.engine, b.clock, made, kept_of(b.home), span, None)
    transfer.begin()
    assert b"".join(transfer.chunks())
    transfer.end()


def verified(counter: Any, grant: Any, *records: dict[str, Any]) -> Any:
    b = counter.bureau
    asked = Asked(grant.id, grant.terms.purpose, POPULATION.name, list(records))
    return Verifier(b.engine, b.home, b.keys, b.pool, b.clock).verify(Caller(grant.grantee), asked)


def test_a_file_is_held_from_its_first_fetched_byte_on(counter: Any) -> None:
    made = counter.supply(counter.granted())
    assert held(counter, target(counter, 3, "income")) == []

    fetch(counter, made)

    assert held(counter, target(counter, 3, "income")) == [("file", ("income",))]
    assert held(counter, target(counter, 3, "name")) == []
    assert held(counter, target(counter, 3)) == [("file", ("district", "id_card", "income", "sex"))]
    # Only the version that is asked for is held.
    assert held(counter, target(counter, 3, "income", value="3")) == [("file", ("income",))]
    assert held(counter, target(counter, 3, "income", value="4")) == []


def test_a_row_the_grant_filters_out_is_not_held(counter: Any) -> None:
    fetch(counter, counter.supply(counter.granted(where="district = '云港区'")))

    assert held(counter, target(counter, 3, "income")) == []
    assert held(counter, target(counter, 241, "income")) == [("file", ("income",))]


def test_a_list_is_held_by_the_rows_its_conditions_leave_and_the_columns_it_shows(counter: Any) -> None:
    grant = counter.granted()
    counter.bureau.ask(grant, "SELECT id_card AS n, income FROM civil.population WHERE income < 3 LIMIT 2")

    assert held(counter, target(counter, 1, "income")) == [("list", ("income",))]
    assert held(counter, target(counter, 1, "sex")) == []
    assert held(counter, target(counter, 3, "income")) == []


def test_a_list_whose_plan_is_gone_excludes_nobody(counter: Any) -> None:
    counter.bureau.ask(counter.granted(), "SELECT income FROM civil.population WHERE income < 3")
    plans = list((counter.bureau.home.root / "plans").glob("*.json"))
    assert plans
    for plan in plans:
        plan.unlink()

    assert held(counter, target(counter, 3, "income")) == [("list", ("income",))]


def test_a_masked_list_is_held_too(counter: Any) -> None:
    grant = counter.granted(analyses=("masked_list",))
    counter.bureau.ask(grant, "SELECT id_card, income FROM civil.population WHERE income = 3")

    assert held(counter, target(counter, 3, "id_card")) == [("list", ("id_card",))]


def test_a_verified_record_leaves_a_posting_and_one_that_is_not_there_none(counter: Any) -> None:
    grant = counter.granted(analyses=ALL)
    verified(
        counter, grant, {"id_card": identity(3), "income": 3}, {"id_card": identity(4), "income": 9},
        {"id_card": identity(900), "income": 1},
    )  # fmt: skip

    for number in (3, 4):
        assert held(counter, target(counter, number, "income")) == [("verification", ("income",))]
    (first, second) = counter.rows(select(postings))
    assert first.receiver == second.receiver == grant.grantee
    entries = {row.id for row in counter.rows(select(evidence_entries.c.id))}
    assert {first.evidence_id, second.evidence_id} <= entries
    verified(counter, grant, {"id_card": identity(3), "income": 3})  # asked again, learned again
    assert len(counter.rows(select(postings))) == 3


def challenged(counter: Any, grant: Any, receipt: str, number: int = 3, **changed: Any) -> Correction:
    b = counter.bureau
    asked = {
        "asker": grant.grantee, "dataset": POPULATION.name, "row": "", "field": "income", "value": "999",
        "reason": "申报有误", "origin": receipt, "record": {"id_card": identity(number)},
    } | changed  # fmt: skip
    return open_challenge(b.home, b.engine, Challenge(**asked), by="周敏", now=b.clock())


def test_a_record_of_a_verification_is_challenged_by_its_receipt(counter: Any) -> None:
    b, grant = counter.bureau, counter.granted(analyses=ALL)
    receipt = verified(counter, grant, {"id_card": identity(3), "income": 9}).receipt_id
    counter.bureau.ask(grant, "SELECT income FROM civil.population WHERE income = 3")

    case = challenged(counter, grant, receipt)

    assert (case.asker, case.origin, case.state) == (grant.grantee, receipt, "open")
    answer(
        b.engine, case.id, department_code=POPULATION.department.code, accepted=True, reason="属实",
        by="赵六", now=b.clock.later(),
    )  # fmt: skip
    found = tell_of(b.home, b.engine, case.id, b.clock.later())
    assert [(one.receiver, one.ways) for one in found.told] == [(grant.grantee, ("list", "verification"))]


WRONG: tuple[tuple[dict[str, Any], type[Exception]], ...] = (
    ({"asker": "11990100MB0000099X"}, Unknown),
    ({"origin": "rct_0"}, Unknown),
    ({"field": "name"}, NotInArea),
    ({"record": {"id_card": identity(900)}}, NotInArea),
    ({"record": {"id_card": identity(200)}}, NotInArea),  # of a district the grant filters out
    ({"record": {"district": "云港区"}}, Refused),
)


def test_a_record_that_was_not_open_to_the_query_cannot_be_challenged(counter: Any) -> None:
    grant = counter.granted(analyses=ALL, where="district = '云港区'")
    receipt = verified(counter, grant, {"id_card": identity(241), "income": 9}).receipt_id

    for wrong, error in WRONG:
        with pytest.raises(error):
            challenged(counter, grant, receipt, 241, **wrong)
    assert challenged(counter, grant, receipt, 241).state == "open"


@pytest.mark.embedded
def test_a_store_of_an_earlier_version_takes_challenges_of_bodies_alone(counter: Any) -> None:
    b, grant = counter.bureau, counter.granted(analyses=ALL)
    receipt = verified(counter, grant, {"id_card": identity(3), "income": 9}).receipt_id
    b.engine.dispose()
    with closing(sqlite3.connect(b.home.root / "ybz.db")) as store:
        # As `ybz init` of that version wrote the table.
        (number,) = store.execute("PRAGMA schema_version").fetchone()
        store.execute("PRAGMA writable_schema = ON")
        store.execute(
            "UPDATE sqlite_master SET sql = replace(sql, 'REFERENCES organisations (code)',"
            " 'REFERENCES grassroots_bodies (code)') WHERE name = 'corrections'"
        )
        store.execute(f"PRAGMA schema_version = {number + 1}")
        store.commit()

    with pytest.raises(Refused, match="of an earlier version"):
        challenged(counter, grant, receipt)


def received(counter: Any, search: str, number: int = 3, by: str = "审计员") -> tuple[Received, ...]:
    b = counter.bureau
    return look(b.home, b.engine, search, identity(number), by=by, now=b.clock.later())


def asked(counter: Any, number: int = 3, **changed: str) -> str:
    b, said = counter.bureau, {"reason": "本人查询其信息去向", "by": "审计员"} | changed
    return ask(b.home, b.engine, "person", identity(number), now=b.clock.later(), **said).id


def test_an_auditor_sees_who_received_data_about_somebody_once_another_consents(counter: Any) -> None:
    b, grant = counter.bureau, counter.granted(analyses=ALL)
    fetch(counter, counter.supply(grant))
    verified(counter, grant, {"id_card": identity(3), "income": 3}, {"id_card": identity(4), "income": 3})
    search = asked(counter)
    with pytest.raises(Refused, match="nobody has consented"):
        received(counter, search)
    with pytest.raises(Refused, match="who asks does not consent"):
        consent(b.engine, search, by="审计员", now=b.clock.later())
    consent(b.engine, search, by="处长", now=b.clock.later())

    found = received(counter, search)

    assert [(one.receiver, one.way, one.times) for one in found] == [
        (grant.grantee, "file", 1), (grant.grantee, "verification", 1),
    ]  # fmt: skip
    assert [one.items for one in found] == [("district", "id_card", "income", "sex"), ("id_card", "income")]
    kept = repr(counter.rows(select(holder_searches)))
    log = repr(counter.rows(select(evidence_entries.c.event, evidence_entries.c.body)))
    assert identity(3) not in kept + log
    assert [log.count(f"recall:search:{act}") for act in ("ask", "consent", "look")] == [1, 1, 1]


def test_a_consent_is_for_one_person_two_people_and_some_days(counter: Any) -> None:
    b, search = counter.bureau, asked(counter)
    consent(b.engine, search, by="处长", now=b.clock.later())

    for match, said in (("somebody else", {"number": 4}), ("only who asked", {"by": "路人"})):
        with pytest.raises(Refused, match=match):
            received(counter, search, **said)
    b.clock.later(days=6)
    with pytest.raises(Refused, match="the consent is over"):
        received(counter, search)
    with pytest.raises(Refused, match="states its reason"):
        asked(counter, reason=" ")


def test_the_commands_of_a_search_ask_for_the_identifier_without_an_echo(
    counter: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("YBZ_HOME", str(counter.bureau.home.root))
    granted = counter.granted()
    fetch(counter, counter.supply(granted))
    run, typed, whose = CliRunner(), identity(3) + "\n", ["--organisation", granted.grantee]
    asking = ["ask", "--reason", "信访", "--by", "审计员", "--json", *whose]
    made = run.invoke(holders_command, asking, input=typed)
    assert made.exit_code == 0, made.output
    search = made.stdout.split('"id": "')[1].split('"')[0]
    assert run.invoke(holders_command, ["consent", search, "--by", "处长", *whose]).exit_code == 0

    shown = run.invoke(holders_command, ["show", search, "--by", "审计员", *whose], input=typed)

    assert "civil.population  file ×1" in shown.stdout
    assert identity(3) not in made.output + shown.output
    refused = run.invoke(holders_command, ["show", search, "--by", "路人", *whose], input=typed)
    assert (refused.exit_code, "holders.stranger" in refused.stderr) == (1, True)


def test_an_incident_lists_forms_that_were_prefilled_and_never_submitted(counter: Any) -> None:
    from catalog.store import writing
    from space.wayback.recall.postings import Posting, post_all

    b = counter.bureau
    with writing(b.engine) as connection:
        seen = [target(counter, n) for n in (3, 4)]
        rows = [next(iter(one.names)) for one in seen]
        for kind in ("prefill", "unmasking", "submission"):
            made = [
                Posting(kind, POPULATION.name, row, ("income",), "rel_1", "street", "ev_1") for row in rows
            ]
            post_all(connection, made, now=b.clock())
    with reading(b.engine) as connection:
        found = exposed(connection, Scope(b.clock(), b.clock(), (POPULATION.name,)))

    assert [(one.way, one.organisation, one.rows) for one in found] == [
        ("prefill", "street", 2), ("unmasking", "street", 2),
    ]  # fmt: skip
