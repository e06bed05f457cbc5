"""The way back whole, in a small town: a month of one street, from a release to the corrected release.

What the clerk does goes through the pages of the desk, what departments and programs do through ``/v1``;
deliveries are made as after every build, the chores as in ``ybz serve``. The same month on the whole city is
``tests/flow/test_a_streets_month_on_the_city.py``.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import httpx
import pytest
from sqlalchemy import select

import pipelines.backflow.sending as sending
from catalog.cataloging.entering import Acts, catalogue_all
from catalog.store import reading, writing
from catalog.store.tables.forms import corrections
from contracts.model import Contract, Field, FieldType, UpdateCycle, Use
from pipelines.backflow.delivering import deliver_due
from policies.access import OrganisationKind, Role
from space.identity.organisations import Organisation
from space.identity.organisations import register as enter
from space.identity.tokens import issue
from space.wayback.backflow.balances import balance
from space.wayback.backflow.bodies import Body, register
from space.wayback.backflow.inbox import listing
from space.wayback.corrections.marks import marked
from space.wayback.forms.admission import admit
from space.wayback.forms.definition import Form, Item, Roster
from space.wayback.forms.sending import send
from space.wayback.recall.following import follow
from space.wayback.recall.standing import Recall, standing
from tests.space.wayback.conftest import (
    ALLOWANCE,
    CIVIL_AFFAIRS,
    EAST,
    HERE,
    PERSON,
    POLICE,
    POPULATION,
    WEST,
    Town,
    identity,
)
from tests.space.wayback.desk import Clerk, clerk_of, link_to

AID: Contract = replace(
    ALLOWANCE,
    id="welfare-aid",
    title="最低生活保障",
    table="aid",
    fields=(
        PERSON,
        Field("category", "救助类别", allowed=("低保", "特困"), use=Use.DIMENSION),
        Field("amount", "月保障金额", type=FieldType.NUMBER, scale=2, minimum=0, maximum=3000,
              use=Use.MEASURE),
        Field("approved_on", "审批日期", type=FieldType.DATE),
        Field("area_code", "属地编码", use=Use.DIMENSION),
    ),
    unique_keys=(("id_card",),),
    period_field=None,
)  # fmt: skip
HOMES = (EAST, EAST, WEST, WEST, HERE)
OLD_PHONE, NEW_PHONE = "13900000001", "13700000001"
POPULATION_FIELDS = ("id_card", "name", "phone", "birth_date")


def of(name: str, title: str, source: str, field: str) -> Item:
    dataset = {"population": POPULATION.name, "aid": AID.name}[source]
    return Item(name, title, dataset, field, "id_card")


WHO = (
    of("id_card", "公民身份号码", "population", "id_card"),
    of("full_name", "姓名", "population", "name"),
    of("phone", "联系电话", "population", "phone"),
    of("birth_date", "出生日期", "population", "birth_date"),
    Item("age", "年龄", compute="age(birth_date)", type=FieldType.INTEGER, minimum=0, maximum=130),
)
PAID = (
    of("category", "救助类别", "aid", "category"),
    of("amount", "月保障金额（元）", "aid", "amount"),
    of("approved_on", "审批日期", "aid", "approved_on"),
    Item("yearly", "年保障金额（元）", compute="amount * 12", type=FieldType.NUMBER, scale=2, minimum=0,
         maximum=36000),
)  # fmt: skip


def monthly(code: str, title: str, roster: Contract, *items: Item) -> Form:
    return Form(
        code=code, title=title, issuer=CIVIL_AFFAIRS.name, issuer_code=CIVIL_AFFAIRS.code,
        basis="基层报表准入清单（2026年）", assessment="云民评〔2026〕3号", period=UpdateCycle.MONTHLY,
        subject_kind="person", roster=Roster(roster.name, "id_card"), items=items,
        valid_from=date(2026, 1, 1), valid_to=date(2026, 12, 31),
    )  # fmt: skip


TITLES = {each.name: each.title for each in (POPULATION, AID)}
VISITED = Item("visited_on", "走访日期", type=FieldType.DATE, required=True)
FORMS = (
    monthly("AID-01", "低保月核查表", AID, *WHO, *PAID, VISITED),
    monthly("AID-02", "低保金发放确认表", AID, *WHO, *PAID),
    monthly("POP-01", "常住人口月报", POPULATION, *WHO, Item("note", "备注", max_length=100)),
    monthly("POP-02", "老年人口月报", POPULATION, *WHO, Item("aged", "是否满六十岁", compute="yes(age >= 60)",
            allowed=("是", "否")), PAID[0]),
)  # fmt: skip


def aided(**amounts: str) -> list[dict[str, str]]:
    """Who receives aid: residents 1, 2 and 3 of the street, 5 of the village."""
    homes = dict(enumerate(HOMES, start=1))
    return [
        {
            "id_card": identity(n),
            "category": "低保",
            "amount": amounts.get(f"r{n}", "650.00"),
            "approved_on": "2025-03-01",
            "area_code": homes[n],
        }
        for n in (1, 2, 3, 5)
    ]


def prepare(town: Town) -> None:
    """Both datasets in the ledger, four forms on the list, three bodies subscribed; nothing delivered yet."""
    acts = Acts(by="李四", reason="first entry", now=town.now, assessment="PIA-2026-1")
    catalogue_all(town.engine, [(AID, None)], acts)
    town.publish(POPULATION, town.residents(*HOMES))
    town.publish(AID, aided())
    register(town.engine, Body("east", "东升社区", EAST), town.now)
    with writing(town.engine) as connection:
        for party in (POLICE, CIVIL_AFFAIRS):
            made = Organisation(party.code, party.name, OrganisationKind.DEPARTMENT)
            enter(connection, made, town.now)
    for body in ("street", "east", "village"):
        town.subscribe(body, POPULATION.name, fields=POPULATION_FIELDS)
    town.subscribe("street", AID.name, fields=("id_card", "category", "amount", "approved_on"))
    for form in FORMS:
        admit(town.engine, form, by="王敏", now=town.now)


@pytest.fixture
def town(settle: Any, tmp_path: Path) -> Iterator[Town]:
    made = settle("month", prepare, tmp_path / "var")
    yield made
    made.engine.dispose()


@contextmanager
def program_of(town: Town, clerk: Clerk, code: str) -> Iterator[httpx.Client]:
    """A program of an organisation at the same server."""
    with writing(town.engine) as connection:
        token = issue(connection, code, role=Role.CLIENT, by="李四", days=100, now=town.now)
    headers = {"Authorization": f"Bearer {token.secret}"}
    with httpx.Client(base_url=clerk.client.base_url, headers=headers, timeout=30) as client:
        yield client


def delivered_twice_and_once_killed(town: Town, patch: pytest.MonkeyPatch) -> None:
    """A round dies over its second file, the next one brings everything, one more brings nothing."""
    real, files = sending.put, list[Any]()

    def die(part: Any, path: Any) -> None:
        if files:
            raise KeyboardInterrupt
        real(part, path)
        files.append(path)

    with patch.context() as dying:
        dying.setattr(sending, "put", die)
        with pytest.raises(KeyboardInterrupt):
            deliver_due(town.home, town.engine, town.later())
    assert town.deliver().sent
    assert town.deliver().sent == ()


def receive(town: Town, clerk: Clerk, counted: dict[str, tuple[int, int, int]]) -> None:
    """The clerk counts back what is new, each dataset with what was found in it."""
    home = clerk.page("/desk")
    linked = (link.split('"')[0].partition("?")[0] for link in home.split('href="')[1:])
    for path in dict.fromkeys(linked):
        if path.startswith("/desk/deliveries/dlv_"):
            text = clerk.page(path)
            dataset = next(name for name in counted if f"{TITLES[name]}</span></h1>" in text)
            said = dict(zip(("added", "changed", "removed"), map(str, counted[dataset]), strict=True))
            assert "已对账" in clerk.looked_at(clerk.send(text, f"{path}/count", said))


def fill(clerk: Clerk, path: str, corrected: dict[str, str]) -> int:
    """Fill the three sheets of the one form that asks something: a date each, and one difference.

    Returns:
        How many cells were typed.
    """
    typed, listed = 0, clerk.page(path)
    for place in range(3):
        opened = clerk.send(listed, f"{path}/sheet", {}).text
        written = {"value.visited_on": "2026-09-20"} | (corrected if place == 0 else {})
        done = clerk.send(opened, f"{path}/submit", written)
        assert done.url.path == path, done.text
        listed = done.text
        typed += sum(name.startswith("value.") for name in written)
    return typed


def confirm(clerk: Clerk, path: str) -> None:
    """Confirm together what can be, or that all was handed in."""
    assert clerk.send(clerk.page(f"{path}/confirm"), f"{path}/confirm", {}).status_code == 200


def look_at_the_rest(clerk: Clerk, path: str) -> None:
    """Open what was left out of a confirmation, hand it in as it is, and say that the form is done."""
    while f'action="{path}/sheet"' in (listed := clerk.page(path)):
        opened = clerk.send(listed, f"{path}/sheet", {}).text
        assert clerk.send(opened, f"{path}/submit", {}).url.path == path
        if f'action="{path}/sheet"' not in clerk.page(path):
            confirm(clerk, path)


def everybody_counts_alike(town: Town) -> None:
    with reading(town.engine) as connection:
        balances, sent = balance(connection), listing(connection)
    assert len(balances) == len(sent)
    assert all(one.balanced for one in balances)
    assert all(one.changed == one.delivered + one.unattributed + one.other_areas for one in balances)


def recalled(town: Town, case: str) -> Recall:
    with reading(town.engine) as connection:
        return standing(connection, case)


def test_a_month_of_a_street_from_the_release_to_the_corrected_release(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    delivered_twice_and_once_killed(town, monkeypatch)
    for form in FORMS:
        send(town.home, town.engine, form.code, ["street"], by="李四", now=town.later())
    with (
        clerk_of(town) as clerk,
        program_of(town, clerk, "east") as east,
        program_of(town, clerk, "village") as village,
        program_of(town, clerk, POLICE.code) as police,
        program_of(town, clerk, CIVIL_AFFAIRS.code) as civil,
    ):
        clerk.sign_in("陈静")
        # 1. The release is received, and counted alike on both sides.
        receive(town, clerk, {POPULATION.name: (4, 0, 0), AID.name: (3, 0, 0)})
        for body, rows in ((east, 2), (village, 1)):
            (sent,) = body.get("/v1/inbox").json()["deliveries"]
            said = {"added": rows, "changed": 0, "removed": 0, "by": "赵六"}
            assert body.post(f"/v1/inbox/deliveries/{sent['id']}/acknowledgement", json=said).json()[
                "state"
            ] == "acknowledged"  # fmt: skip
        everybody_counts_alike(town)

        # 2. Four forms, a tenth of the cells typed; one of them holds an error.
        paths = {form.code: path_of(clerk, form.title) for form in FORMS}
        difference = {"value.phone": NEW_PHONE, "reason.phone": "本人来电更正"}
        assert fill(clerk, paths["AID-01"], difference) == 4
        for path in paths.values():
            confirm(clerk, path)
        assert clerk.page("/desk/forms").count("已报送") == 1, "whose number is disputed is looked at, alone"
        for path in paths.values():
            look_at_the_rest(clerk, path)
        assert clerk.page("/desk/forms").count("已报送") == len(FORMS)
        (told,) = burden_of(clerk)
        assert (told["forms"], told["typed"]) == (3 + 3 + 4 + 4, 3 + 1)
        assert told["typed"] / (told["prefilled"] + told["computed"] + told["typed"]) <= 0.1

        # 3. The other error stands in a delivered row.
        wrong = {"field": "amount", "value": "700.00", "reason": "核定表为七百元"}
        by_form, by_row = challenged(clerk), challenge_of_a_row(clerk, AID.name, wrong)

        # 4. Both departments answer; whoever holds an old value is told, and nobody else.
        for department, case in ((police, by_form), (civil, by_row)):
            answer = {"accepted": True, "reason": "已核实，下月更正", "by": "赵平"}
            answered = department.post(f"/v1/corrections/{case}/answer", json=answer)
            assert answered.json()["state"] == "accepted", answered.text
        follow(town.home, town.engine, town.later())
        clerk.sign_in("陈静")  # the session of the morning is over
        assert "已采纳" in clerk.page(f"/desk/corrections/{by_form}")
        held = recalled(town, by_form)
        assert {one.receiver for one in held.told} == {"street", "east", CIVIL_AFFAIRS.code}
        assert (held.receivers, held.unreachable, held.closed) == (held.notified, 0, 0)
        with reading(town.engine) as connection:
            # The three forms that kept the old number; the one that corrected it is none of them.
            assert len(marked(connection, correction_id=by_form, body="street")) == 3

        # 5. The next releases carry both; what is delivered anew closes the notices.
        town.publish(POPULATION, town.residents(*HOMES, r1={"phone": NEW_PHONE}))
        town.publish(AID, aided(**{f"r{aided_number(town, by_row)}": "700.00"}))
        town.deliver()
        follow(town.home, town.engine, town.later())
        clerk.sign_in("陈静")
        receive(town, clerk, {POPULATION.name: (0, 1, 0), AID.name: (0, 1, 0)})
        everybody_counts_alike(town)
        for case in (by_form, by_row):
            assert "已更正" in clerk.page(f"/desk/corrections/{case}")
        assert {one.receiver: one.closed for one in recalled(town, by_form).told} == {
            "east": "redelivered", "street": "", CIVIL_AFFAIRS.code: "",
        }, "the street and the issuer hold it in forms as well"  # fmt: skip
        # What lies in forms is replaced by who holds them, and said so: at the desk, and over HTTP.
        for case in (by_form, by_row):
            home, path = clerk.page("/desk"), f"/desk/corrections/{case}/replaced"
            if path in home:
                assert clerk.send(home, path, {}).url.path == "/desk"
        (mine,) = [one for one in civil.get("/v1/recalls").json()["recalls"] if not one["closed"]]
        assert (mine["correction"], mine["ways"]) == (by_form, ["submission"])
        said = civil.post(f"/v1/corrections/{by_form}/replacement", json={"by": "赵平"})
        assert said.json()["closed"] == "replaced"
        for case in (by_form, by_row):
            done = recalled(town, case)
            assert (done.outcome, done.closed) == ("carried", done.receivers)
        assert police.get(f"/v1/recalls/{by_form}").json()["receivers"] == 3
        assert village.get(f"/v1/recalls/{by_form}").status_code == 404


def path_of(clerk: Clerk, title: str) -> str:
    """The page of the task of a form, as the list of forms links to it."""
    before = clerk.page("/desk/forms").split(title)[0]
    return before.rsplit('href="', 1)[1].split('"')[0]


def burden_of(clerk: Clerk) -> list[dict[str, Any]]:
    """What the month cost the street, as its program reads it."""
    headers = {"Authorization": f"Bearer {clerk.token.secret}"}
    with httpx.Client(base_url=clerk.client.base_url, headers=headers, timeout=30) as client:
        answer = client.get("/v1/burden", params={"by": "body"})
    assert answer.status_code == 200, answer.text
    found: list[dict[str, Any]] = answer.json()["figures"]
    return found


def challenged(clerk: Clerk) -> str:
    """The one challenge that waits, as the first page of the desk names it."""
    return link_to(clerk.page("/desk"), "/desk/corrections/cor_").rsplit("/", 1)[1]


def challenge_of_a_row(clerk: Clerk, dataset: str, wrong: dict[str, str]) -> str:
    """Challenge a value of the first row of the delivery of a dataset."""
    text = clerk.page("/desk/deliveries")
    path = text.split(TITLES[dataset])[0].rsplit('href="/desk/deliveries/dlv_', 1)[1].split('"')[0]
    path = "/desk/deliveries/dlv_" + path.partition("?")[0]
    row = link_to(clerk.page(path), f"{path}/rows/")
    case = clerk.send(clerk.page(f"{row}?wrong={wrong['field']}"), f"{row}/wrong", wrong)
    assert case.url.path.startswith("/desk/corrections/cor_"), case.text
    return case.url.path.rsplit("/", 1)[1]


def aided_number(town: Town, case: str) -> int:
    """Which resident a case is about."""
    with reading(town.engine) as connection:
        key = connection.execute(select(corrections.c.row_key).where(corrections.c.id == case)).scalar_one()
    return next(n for n in range(1, 6) if identity(n) == key["id_card"])
