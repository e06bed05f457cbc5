from __future__ import annotations

import json
from datetime import date
from typing import Any

import pytest
from click.testing import CliRunner
from sqlalchemy import select, update

from catalog.clocks.duties import duties
from catalog.evidence import record
from catalog.keys import row_reference
from catalog.store import reading, writing
from catalog.store.tables.backflow import deliveries
from catalog.store.tables.evidence import evidence_entries
from catalog.store.tables.recall import recall_holdings, recall_notices
from policies.access import OrganisationKind
from space.cli.wayback.recall import recall as recall_command
from space.errors import Refused, Unknown
from space.identity.organisations import Organisation, register
from space.wayback.backflow.inbox import notices_of
from space.wayback.backflow.subscriptions import end
from space.wayback.backflow.subscriptions import listing as subscriptions_of
from space.wayback.corrections.carrying import check
from space.wayback.corrections.cases import Correction, answer, open_challenge
from space.wayback.corrections.challenges import Challenge
from space.wayback.recall.following import follow, tell_of
from space.wayback.recall.postings import Posting, post, post_all
from space.wayback.recall.standing import Recall, replaced, waiting
from tests.servers import moved_to_server

EAST, HERE = "990101001001", "990102002003"
POLICE = "11990100MB0000001X"
NEW = "13700000001"


def row(town: Any, number: int) -> str:
    return row_reference(town.keys.pseudonym, "civil.population", {"id_card": town.person(number)})


def opened(town: Any, **changed: str) -> Correction:
    asked = {"asker": "street", "row": row(town, 1), "field": "phone", "value": NEW} | changed
    challenge = Challenge(dataset="civil.population", reason="本人来电更正", **asked)
    return open_challenge(town.home, town.engine, challenge, by="王五", now=town.later())


def answered(town: Any, case: Correction, *, accepted: bool = True) -> Correction:
    return answer(
        town.engine, case.id, department_code=POLICE, accepted=accepted, reason="已核实", by="赵六",
        now=town.later(),
    )  # fmt: skip


def told(town: Any, case: Correction) -> Recall:
    return tell_of(town.home, town.engine, case.id, town.later())


def enter(town: Any, *codes: str) -> None:
    with writing(town.engine) as connection:
        for code in codes:
            register(connection, Organisation(code, f"单位{code}", OrganisationKind.DEPARTMENT), town.now)


def shown(town: Any, receiver: str, kind: str = "prefill", item: str = "phone", **row_of: Any) -> None:
    with reading(town.engine) as connection:
        version = connection.execute(select(deliveries.c.release_id).limit(1)).scalar_one()
    with writing(town.engine) as connection:
        evidence = record(connection, event="form:item:show", subject=receiver, body={}, now=town.now)
        post(
            connection, town.keys.pseudonym, kind=kind, dataset="civil.population",
            row=row_of.get("row", {"id_card": town.person(1)}), item=item,
            version=row_of.get("version", version), receiver=receiver, evidence=evidence, now=town.later(),
        )  # fmt: skip


def carry(town: Any) -> None:
    town.publish(town.population, town.residents(EAST, EAST, HERE, r1={"phone": NEW}))


def inbox(town: Any, organisation: str) -> list[str]:
    with reading(town.engine) as connection:
        return [n.message for n in notices_of(connection, organisation) if n.kind == "recall"]


def test_who_was_delivered_the_old_value_is_told_and_who_was_not_is_not(telling: Any) -> None:
    town = telling
    town.subscribe("village")
    town.deliver()

    found = told(town, answered(town, opened(town)))

    assert [(one.receiver, one.ways) for one in found.told] == [("street", ("backflow",))]
    assert (found.receivers, found.notified, found.unreachable) == (1, 1, 0)
    assert inbox(town, "village") == []
    assert inbox(town, "street")[0].startswith("civil.population.phone: a value you hold is wrong")


def test_a_receiver_that_was_not_given_the_item_holds_nothing_of_it(telling: Any) -> None:
    town = telling
    with reading(town.engine) as connection:
        (first,) = subscriptions_of(connection, "street")
    end(town.engine, first.id, by="张三", now=town.later())
    town.subscribe("street", fields=("id_card", "birth_date"))  # nothing is delivered of it yet

    found = told(town, answered(town, opened(town, field="birth_date", value="1950-02-01")))

    assert found.told == ()


def test_postings_of_every_kind_find_their_receivers(telling: Any) -> None:
    town = telling
    enter(town, "A", "B", "C", "D")
    for receiver, kind in zip("ABCD", ("prefill", "submission", "verification", "unmasking"), strict=True):
        shown(town, receiver, kind)
    shown(town, "street", item="name")

    found = told(town, answered(town, opened(town)))

    assert {one.receiver: one.ways for one in found.told} == {
        "A": ("prefill",), "B": ("submission",), "C": ("verification",), "D": ("unmasking",),
        "street": ("backflow",),
    }  # fmt: skip


def test_a_receiver_without_an_inbox_is_unreachable_with_its_reason_until_it_has_one(telling: Any) -> None:
    town = telling
    shown(town, "GONE")
    case = answered(town, opened(town))

    found = told(town, case)
    assert (found.receivers, found.notified, found.unreachable) == (2, 1, 1)
    (gone,) = (one for one in found.told if one.unreachable)
    assert "no organisation of that code" in gone.unreachable

    enter(town, "GONE")
    found = told(town, case)
    assert (found.receivers, found.notified, found.unreachable) == (2, 2, 0)
    assert len(inbox(town, "GONE")) == len(inbox(town, "street")) == 1


def test_another_version_of_the_value_is_not_recalled(telling: Any) -> None:
    town = telling
    with reading(town.engine) as connection:
        first = connection.execute(select(deliveries.c.release_id)).scalar_one()
    town.publish(town.population, town.residents(EAST, EAST, HERE, r1={"phone": "13600000009"}))
    enter(town, "OLDER")
    shown(town, "OLDER", version=first)
    town.deliver()

    found = told(town, answered(town, opened(town)))

    assert [one.receiver for one in found.told] == ["street"]


def test_the_carrying_release_and_its_delivery_close_the_notice(telling: Any) -> None:
    town = telling
    case = answered(town, opened(town))
    assert told(town, case).closed == 0

    carry(town)
    check(town.home, town.engine, town.later())
    assert told(town, case).closed == 0  # corrected at its source, not yet with the street
    town.deliver()

    found = told(town, case)
    assert (found.outcome, [one.closed for one in found.told]) == ("carried", ["redelivered"])
    assert inbox(town, "street")[-1].startswith("civil.population.phone: a value you hold was corrected")
    with reading(town.engine) as connection:
        held = connection.execute(select(recall_holdings)).one()
        newest = connection.execute(select(deliveries.c.id).order_by(deliveries.c.sent_at.desc())).scalar()
    assert held.replaced_by == newest


def test_a_holder_by_another_way_says_itself_that_it_has_replaced_the_value(telling: Any) -> None:
    town = telling
    enter(town, "A")
    shown(town, "A", "unmasking")
    case = answered(town, opened(town))
    told(town, case)
    carry(town)
    town.deliver()
    check(town.home, town.engine, town.later())
    assert {one.receiver: one.closed for one in told(town, case).told} == {"A": "", "street": "redelivered"}

    replaced(town.engine, case.id, "A", by="钱七", now=town.later())

    assert told(town, case).closed == 2
    with pytest.raises(Unknown):
        replaced(town.engine, case.id, "A", by="钱七", now=town.later())


def test_telling_again_tells_nobody_twice(telling: Any) -> None:
    town = telling
    case = answered(town, opened(town))
    first = told(town, case)
    with reading(town.engine) as connection:
        entries = len(connection.execute(select(evidence_entries.c.id)).all())

    assert told(town, case) == first
    assert len(inbox(town, "street")) == 1
    with reading(town.engine) as connection:
        assert len(connection.execute(select(evidence_entries.c.id)).all()) == entries


def test_a_value_that_stands_is_told_without_a_clock(telling: Any) -> None:
    town = telling
    found = told(town, answered(town, opened(town), accepted=False))

    assert [(one.due_on, one.closed) for one in found.told] == [(None, "stands")]
    assert inbox(town, "street") == ["civil.population.phone: a value you hold was challenged and stands"]


def test_a_notice_has_a_clock_that_is_due_by_its_receiver(telling: Any) -> None:
    town = telling
    case = answered(town, opened(town))
    (notice,) = told(town, case).told

    assert notice.due_on == date(2026, 10, 14)  # ten working days after 23 September 2026
    with reading(town.engine) as connection:
        owed = [d for d in duties(connection, date(2026, 9, 24)) if d.rule == "recall_replacement"]
    assert [(d.owner_code, d.subject, d.due_on) for d in owed] == [
        ("street", f"correction:{case.id}", notice.due_on)
    ]


def test_nobody_is_told_before_an_answer(telling: Any) -> None:
    case = opened(telling)

    with pytest.raises(Refused) as refused:
        told(telling, case)

    assert refused.value.decision.reasons[0].code == "recall.unanswered"


def test_a_delivery_whose_file_is_gone_excludes_nobody_of_its_area(telling: Any) -> None:
    town = telling
    town.subscribe("village")
    town.deliver()
    for file in (town.home.lake / "backflow").rglob("*.parquet"):
        file.unlink()

    found = told(town, answered(town, opened(town)))

    assert [one.receiver for one in found.told] == ["street"]


def test_a_process_that_dies_between_notice_and_evidence_leaves_neither(
    telling: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    town = telling
    case = answered(town, opened(town))

    class Killed(BaseException):
        """The process dies."""

    from space.wayback.recall import notices as room

    def die(*_: Any, **__: Any) -> None:
        raise Killed

    with monkeypatch.context() as patch:
        patch.setattr(room, "_hold", die)
        with pytest.raises(Killed):
            told(town, case)
    assert inbox(town, "street") == []
    with reading(town.engine) as connection:
        assert connection.execute(select(recall_notices)).all() == []
        assert waiting(connection) == (case.id,)

    done = follow(town.home, town.engine, town.later())

    assert [one.correction for one in done.recalled] == [case.id]
    assert len(inbox(town, "street")) == 1
    assert follow(town.home, town.engine, town.later()).recalled == ()


def test_no_value_stands_in_postings_notices_or_evidence(telling: Any) -> None:
    town = telling
    shown(town, "street")
    case = answered(town, opened(town))
    told(town, case)
    with reading(town.engine) as connection:
        everything = repr([connection.execute(select(t)).all() for t in (evidence_entries, recall_notices)])
    for value in (town.person(1), NEW, "13900000001", "居民1"):
        assert value not in everything + repr(inbox(town, "street"))


@pytest.mark.parametrize(
    "wrong", [{"row": "990101195001010017"}, {"row": "x" * 32}, {"items": ("13900000001",)}, {"items": ()}]
)
def test_a_posting_takes_references_and_names_only(wrong: dict[str, Any]) -> None:
    good = {
        "kind": "prefill", "dataset": "civil.population", "row": "0" * 32, "items": ("phone",),
        "version": "rel_1", "receiver": "A", "evidence": "ev_1",
    }  # fmt: skip
    Posting(**good)

    with pytest.raises(ValueError, match="never"):
        Posting(**{**good, **wrong})


def test_a_prefill_shown_again_is_one_posting_an_act_done_again_is_two(telling: Any) -> None:
    with writing(telling.engine) as connection:
        for number in range(2):
            for kind in ("prefill", "unmasking"):
                one = Posting(kind, "civil.population", "0" * 32, ("phone",), "rel_1", "A", f"ev_{number}")
                post_all(connection, [one, one], now=telling.now)
    from space.wayback.recall.postings import of_rows

    with reading(telling.engine) as connection:
        kinds = [p.posting.kind for p in of_rows(connection, "civil.population", ["0" * 32])]

    assert sorted(kinds) == ["prefill", "unmasking", "unmasking"]


def test_the_command_tells_and_counts(telling: Any) -> None:
    town = telling
    shown(town, "GONE")
    case = opened(town)
    run = CliRunner()
    early = run.invoke(recall_command, [case.id])
    assert (early.exit_code, "recall.unanswered" in early.stderr) == (1, True)
    answered(town, case)

    found = json.loads(run.invoke(recall_command, [case.id, "--json"]).stdout)
    words = run.invoke(recall_command, [case.id, "--replaced", "street", "--by", "钱七"]).stdout

    assert {name: found[name] for name in ("receivers", "notified", "unreachable")} == {
        "receivers": 2, "notified": 1, "unreachable": 1,
    }  # fmt: skip
    assert "2 receivers = 1 notified + 1 unreachable; 1 done" in words


def test_a_delivery_again_that_was_ordered_closes_the_notice(telling: Any) -> None:
    from pipelines.backflow.redelivering import redeliver_due

    town = telling
    case = answered(town, opened(town))
    told(town, case)
    carry(town)
    town.deliver()
    check(town.home, town.engine, town.later())
    # The street's delivery of that release lost the row: as if it had been claimed from elsewhere since.
    with writing(town.engine) as connection:
        newest = select(deliveries.c.id).order_by(deliveries.c.sent_at.desc()).limit(1).scalar_subquery()
        connection.execute(update(deliveries).where(deliveries.c.id == newest).values(sha256="0" * 64))
    assert told(town, case).closed == 0

    assert redeliver_due(town.home, town.engine, town.later()) == 1

    assert told(town, case).closed == 1


@pytest.mark.full
@pytest.mark.embedded
def test_a_case_its_appeal_its_evidence_and_its_recall_go_alike_on_a_server(
    telling: Any, request: pytest.FixtureRequest
) -> None:
    from pipelines.backflow.redelivering import redeliver_due
    from space.wayback.corrections import appeals
    from space.wayback.corrections.attachments import attach, unsealed
    from space.wayback.corrections.course import Bench
    from space.wayback.recall.people import ask, consent, look

    town = telling
    town.engine = moved_to_server(town.home, town.engine, request.getfixturevalue("postgres"))
    enter(town, "A")
    shown(town, "A", "unmasking")
    shown(town, "GONE")
    case = answered(town, opened(town), accepted=False)
    assert told(town, case).closed == 3  # the value stands: nobody has anything to do
    with writing(town.engine) as connection:
        appeals.appeal(connection, case.id, asker="street", reason="户口簿为证", by="王五", now=town.later())
        content = bytes.fromhex("89504e470d0a1a0a")
        made = attach(
            town.home, connection, case.id, content, title="照片", organisation="street", by="王五",
            now=town.now,
        )  # fmt: skip
        appeals.decide(
            connection,
            case.id,
            level=Bench.AUTHORITY,
            overturn=True,
            basis="核实",
            by="裁决人",
            now=town.later(),
        )
    said = {"organisation": POLICE, "by": "赵六", "now": town.later()}
    assert unsealed(town.home, town.engine, made.id, **said) == content
    found = told(town, case)
    assert (found.receivers, found.notified, found.unreachable, found.closed) == (3, 2, 1, 0)
    carry(town)
    town.deliver()
    done = follow(town.home, town.engine, town.later())
    assert [one.outcome for one in done.checked] == ["carried"]
    assert {one.receiver: one.closed for one in done.recalled[0].told} == {
        "A": "", "GONE": "", "street": "redelivered",
    }  # fmt: skip
    assert redeliver_due(town.home, town.engine, town.later()) == 0
    replaced(town.engine, case.id, "A", by="钱七", now=town.later())
    assert follow(town.home, town.engine, town.later()).recalled[0].closed == 2
    search = ask(
        town.home, town.engine, "person", town.person(1), reason="信访", by="甲", now=town.later()
    ).id
    consent(town.engine, search, by="乙", now=town.later())
    seen = look(town.home, town.engine, search, town.person(1), by="甲", now=town.later())
    assert {(one.receiver, one.way) for one in seen} == {
        ("A", "unmasking"), ("GONE", "prefill"), ("street", "backflow"),
    }  # fmt: skip
