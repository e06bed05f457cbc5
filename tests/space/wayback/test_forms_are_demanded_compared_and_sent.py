"""A form's way to a body: compared, demanded, decided, sent, made again each period, confirmed."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from catalog import revisions
from catalog.store import reading
from catalog.store.tables.backflow import notices
from catalog.store.tables.evidence import evidence_entries
from catalog.store.tables.forms import forms, submissions
from catalog.store.tables.forms_filling import form_tasks
from catalog.store.tables.recall import postings
from contracts.model import Rule, RuleKind, UpdateCycle
from policies.machine import IllegalStep
from space.errors import Refused, Unknown
from space.wayback.forms import demands
from space.wayback.forms.admission import NotAdmitted, admit, end, in_force, listing
from space.wayback.forms.confirming import confirm, withdraw
from space.wayback.forms.definition import Form, Item, Roster
from space.wayback.forms.filling import Filled, submit
from space.wayback.forms.sending import make_due, send, stop_sending
from space.wayback.forms.tasks import task, tasks

EAST = "990101001001"
FORM = Form(
    code="ELDER-02",
    title="高龄津贴月报",
    issuer="民政局",
    issuer_code="11990100MB0000002X",
    basis="云民发〔2026〕2号",
    assessment="云民评〔2026〕2号",
    period=UpdateCycle.MONTHLY,
    subject_kind="person",
    roster=Roster("civil.population", "id_card"),
    items=(
        Item("full_name", "姓名", "civil.population", "name", "id_card"),
        Item("born", "出生日期", "civil.population", "birth_date", "id_card"),
        Item("amount", "津贴金额", "welfare.allowance", "amount", "id_card"),
        Item("paid", "是否领取津贴", compute="yes(present(amount))", allowed=("是", "否")),
        Item("visited", "走访次数", type="integer", minimum=0, maximum=31),  # type: ignore[arg-type]
    ),
    valid_from=date(2026, 1, 1),
    valid_to=date(2026, 12, 31),
)
ASKS_AGAIN = replace(
    FORM, code="ASK-01", title="老人摸底表", temporary=True, period=UpdateCycle.IRREGULAR, roster=None,
    valid_from=date(2026, 9, 1), valid_to=date(2026, 10, 31),
    items=(Item("phone", "联系电话"), Item("pets", "宠物数量")),
)  # fmt: skip


def asked(town: Any, form: Form = ASKS_AGAIN) -> demands.Demand:
    made, _ = demands.ask(town.engine, form, reason="省厅要求", by="李四", now=town.later())
    return made


def decided(town: Any, made: demands.Demand, **changed: Any) -> demands.Demand:
    said = {"admitted": True, "basis": "云数〔2026〕7号", "by": "王敏", "despite": "抽样核对"} | changed
    return demands.decide(town.engine, made.id, now=town.later(), **said)


def codes(refused: pytest.ExceptionInfo[Refused]) -> set[str]:
    return {reason.code for reason in refused.value.decision.reasons}


def test_the_issuer_sees_which_items_are_there_already(paying: Any) -> None:
    found = demands.compare(paying.engine, ASKS_AGAIN, paying.now)

    phone, pets = found.items
    assert (phone.state, phone.held[0].place, phone.held[0].who) == (
        "again",
        "civil.population.phone",
        "公安局",
    )
    assert pets.state == "new"
    assert found.share_again == 0.5


def test_an_item_is_recognised_by_another_name_of_its_element(paying: Any) -> None:
    found = demands.compare(paying.engine, replace(ASKS_AGAIN, items=(Item("born", "出生年月"),)), paying.now)

    (born,) = found.items
    assert (born.state, born.element) == ("again", "birth_date")
    assert (born.held[0].place, born.held[0].how) == ("civil.population.birth_date", "element")


def test_what_another_form_asks_by_hand_is_compared_too(paying: Any) -> None:
    admit(
        paying.engine,
        replace(FORM, code="PETS-1", items=(Item("pets", "宠物数量"),)),
        by="王敏",
        now=paying.now,
    )

    found = demands.compare(paying.engine, ASKS_AGAIN, paying.now)

    assert found.items[1].held[0].place == "form:PETS-1.pets"
    assert found.alike == {"PETS-1": 0.5}


def test_a_demand_is_admitted_with_who_decided_and_on_what_basis(paying: Any) -> None:
    made = asked(paying)
    assert (made.state, made.overlap["again"], made.due_on) == ("asked", 1, date(2026, 10, 8))

    done = decided(paying, made)

    assert (done.state, done.decided_by, done.basis) == ("admitted", "王敏", "云数〔2026〕7号")
    with reading(paying.engine) as connection:
        assert in_force(connection, "ASK-01", paying.now).temporary
        row = connection.execute(select(forms)).one()
    assert (row.demand_id, row.overlap["again"]) == (made.id, 1)


def test_a_refused_demand_puts_nothing_on_the_list(paying: Any) -> None:
    made = asked(paying)
    assert decided(paying, made, admitted=False, despite="").state == "refused"
    with reading(paying.engine) as connection:
        assert listing(connection) == ()
    with pytest.raises(IllegalStep):
        decided(paying, made)


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"by": "李四"}, "form.decider"),
        ({"basis": " "}, "form.decision.basis"),
        ({"despite": ""}, "form.overlap"),
    ],
)
def test_a_decision_lacks_nothing(paying: Any, changed: dict[str, Any], code: str) -> None:
    made = asked(paying)
    with pytest.raises(Refused) as refused:
        decided(paying, made, **changed)
    assert codes(refused) == {code}


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"valid_to": date(2027, 1, 31)}, "form.temporary.term"),
        ({"period": UpdateCycle.MONTHLY}, "form.temporary.period"),
        ({"items": (Item("a", "A", compute="age("),)}, "form.item.compute"),
        ({"items": (Item("a", "A", compute="gone + 1"),)}, "form.item.compute"),
        ({"items": (Item("a", "A", compute="__import__('os')"),)}, "form.item.compute"),
        ({"items": (Item("a", "A", element="no_such_element"),)}, "form.item.element"),
        ({"items": (Item("a", "A", minimum=5, maximum=1, type="integer"),)}, "form.item.rule"),  # type: ignore[arg-type]
        ({"items": (Item("a", "A", "civil.population", "name", "id_card", via="b"),)}, "form.item.via"),
        ({"roster": Roster("civil.ghosts", "id")}, "form.roster"),
        ({"roster": Roster("civil.population", "id_card", {"salary": ("1",)})}, "form.roster"),
        ({"rules": (Rule("r", RuleKind.COMPARE, ("phone",), {"operator": "<"}),)}, "form.rule"),
        ({"items": (Item("subject_id", "A"),)}, "form.item.name"),
    ],
)
def test_a_demand_that_is_not_in_order_is_refused(paying: Any, changed: dict[str, Any], code: str) -> None:
    with pytest.raises(Refused) as refused:
        asked(paying, replace(ASKS_AGAIN, **changed))
    assert codes(refused) == {code}


def test_a_demand_taken_back_is_decided_by_nobody(paying: Any) -> None:
    made = asked(paying)
    assert demands.withdraw(paying.engine, made.id, by="李四", now=paying.later()).state == "withdrawn"
    with pytest.raises(IllegalStep):
        decided(paying, made)
    with pytest.raises(Unknown):
        demands.withdraw(paying.engine, "fdm_none", by="李四", now=paying.now)


def test_a_form_off_the_list_is_not_sent(paying: Any) -> None:
    with pytest.raises(NotAdmitted):
        send(paying.home, paying.engine, "CHAT-1", ["street"], by="李四", now=paying.now)
    admit(paying.engine, FORM, by="王敏", now=paying.now)
    end(paying.engine, "ELDER-02", basis="云数〔2026〕9号", by="王敏", now=paying.now)
    with pytest.raises(NotAdmitted, match="taken off the list"):
        send(paying.home, paying.engine, "ELDER-02", ["street"], by="李四", now=paying.now)


def test_a_monthly_form_makes_its_tasks_itself_and_once(paying: Any) -> None:
    admit(paying.engine, FORM, by="王敏", now=paying.now)
    (first,) = send(paying.home, paying.engine, "ELDER-02", ["street"], by="李四", now=paying.now)
    assert (first.period, first.subjects, first.state) == ("2026-09", 1, "open")
    assert make_due(paying.home, paying.engine, paying.now) == ()

    december = datetime(2026, 12, 1, tzinfo=UTC)
    made = make_due(paying.home, paying.engine, december)

    assert [one.period for one in made] == ["2026-10", "2026-11", "2026-12"]
    assert make_due(paying.home, paying.engine, december) == ()
    assert make_due(paying.home, paying.engine, datetime(2027, 2, 1, tzinfo=UTC)) == ()  # its term is over
    with reading(paying.engine) as connection:
        told = connection.execute(select(notices.c.subject).where(notices.c.kind == "form")).scalars().all()
    assert sorted(told) == sorted([first.id, *(one.id for one in made)])


def test_a_body_it_is_no_longer_sent_to_gets_no_task(paying: Any) -> None:
    admit(paying.engine, FORM, by="王敏", now=paying.now)
    send(paying.home, paying.engine, "ELDER-02", ["street", "village"], by="李四", now=paying.now)
    stop_sending(paying.engine, "ELDER-02", "village", by="李四", now=paying.now)

    made = make_due(paying.home, paying.engine, datetime(2026, 10, 2, tzinfo=UTC))

    assert [one.body for one in made] == ["street"]
    with pytest.raises(Unknown):
        stop_sending(paying.engine, "ELDER-02", "village", by="李四", now=paying.now)


def test_a_task_needs_only_confirmation(paying: Any) -> None:
    admit(paying.engine, FORM, by="王敏", now=paying.now)
    (made,) = send(paying.home, paying.engine, "ELDER-02", ["street"], by="李四", now=paying.now)

    done = confirm(paying.home, paying.engine, made.id, by="王五", now=paying.later())

    assert (done.sheets, done.before, done.kept, done.computed) == (1, 0, 3, 1)
    with reading(paying.engine) as connection:
        assert task(connection, made.id).state == "confirmed"
        row = connection.execute(select(submissions)).one()
        bodies = "".join(connection.execute(select(evidence_entries.c.body)).scalars())
        posted = connection.execute(
            select(postings.c.dataset).where(postings.c.kind == "submission")
        ).scalars()
        assert sorted(posted) == ["civil.population", "welfare.allowance"]
    (line,) = (paying.home.lake / row.rows_path).read_text().splitlines()
    whole = json.loads(line)
    assert (whole["full_name"], whole["amount"], whole["paid"], whole["visited"]) == (
        "居民1",
        "120.50",
        "是",
        "",
    )
    assert (whole["report_period"], whole["report_body"], whole["subject_id"]) == (
        "2026-09",
        "street",
        paying.person(1),
    )
    for value in (paying.person(1), "居民1", "120.50"):
        assert value not in bodies
    with pytest.raises(Refused) as refused:
        confirm(paying.home, paying.engine, made.id, by="王五", now=paying.later())
    assert codes(refused) == {"form.task.closed"}


def test_what_only_the_body_can_fill_is_not_confirmed_over(paying: Any) -> None:
    needed = tuple(replace(i, required=True) if i.name == "visited" else i for i in FORM.items)
    admit(paying.engine, replace(FORM, items=needed), by="王敏", now=paying.now)
    (made,) = send(paying.home, paying.engine, "ELDER-02", ["street"], by="李四", now=paying.now)
    with pytest.raises(Refused, match="1 sheets lack an item only the body can fill") as refused:
        confirm(paying.home, paying.engine, made.id, by="王五", now=paying.later())
    assert codes(refused) == {"form.confirm.lacking"}

    sheet = Filled("ELDER-02", "2026-09", "street", paying.person(1), {"visited": "2"})
    submit(paying.home, paying.engine, sheet, by="王五", now=paying.later(), task=None)
    done = confirm(paying.home, paying.engine, made.id, by="王五", now=paying.later())

    assert (done.sheets, done.before) == (0, 1)


def test_a_task_is_withdrawn_with_a_reason(paying: Any) -> None:
    admit(paying.engine, FORM, by="王敏", now=paying.now)
    (made,) = send(paying.home, paying.engine, "ELDER-02", ["street"], by="李四", now=paying.now)
    with pytest.raises(Refused) as refused:
        withdraw(paying.engine, made.id, reason="", by="李四", now=paying.now)
    assert codes(refused) == {"form.task.reason"}

    assert withdraw(paying.engine, made.id, reason="并入年报", by="李四", now=paying.now).state == "withdrawn"
    with reading(paying.engine) as connection:
        assert [one.id for one in tasks(connection, state="withdrawn")] == [made.id]
        assert connection.execute(select(form_tasks.c.closed_by)).scalar_one() == "李四"


def test_the_result_is_a_dataset_of_the_ledger_with_the_first_answers(paying: Any) -> None:
    admit(paying.engine, FORM, by="王敏", now=paying.now)
    (made,) = send(paying.home, paying.engine, "ELDER-02", ["street"], by="李四", now=paying.now)
    with reading(paying.engine) as connection:
        assert "forms.f_elder_02" not in revisions.called(connection, ["forms.f_elder_02"])

    confirm(paying.home, paying.engine, made.id, by="王五", now=paying.later())

    with reading(paying.engine) as connection:
        entry = revisions.current(connection, "forms.f_elder_02")
    assert (entry.state, entry.contract.department.name) == ("published", "民政局")
    amount = entry.contract.field("amount")
    assert (amount.maximum, amount.scale, entry.contract.key[:2]) == (
        1000,
        2,
        ("report_period", "report_body"),
    )
    assert entry.path is not None
    found = list(entry.path.parent.glob(entry.contract.sources[0].path))
    assert len(found) == 1


def test_rows_are_built_of_committed_submissions_alone(paying: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    from space.wayback.forms import handing_in, submitting

    admit(paying.engine, FORM, by="王敏", now=paying.now)
    sheet = Filled("ELDER-02", "2026-09", "street", paying.person(1), {})
    monkeypatch.setattr(handing_in, "land", lambda *_: (_ for _ in ()).throw(KeyboardInterrupt))
    with pytest.raises(KeyboardInterrupt):  # the process dies between the commit and the landing
        submit(paying.home, paying.engine, sheet, by="王五", now=paying.now)
    folder = paying.home.lake / "landing" / "forms" / "ELDER-02" / "2026-09" / "rows"
    (folder / ".frm_0.jsonl.part").write_text("{}")  # of one that was never committed
    assert list(folder.glob("*.jsonl")) == []

    soon = datetime.now(UTC)
    assert submitting.settle(paying.home, paying.engine, soon) == 2
    assert len(list(folder.glob("*.jsonl"))) == 1
    assert submitting.settle(paying.home, paying.engine, soon + timedelta(hours=2)) == 1
    assert [path.name for path in folder.iterdir()] == [path.name for path in folder.glob("frm_*.jsonl")]
