"""A change of a list is told to the departments concerned and to whoever issues a form over the data."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime

import pytest
from click.testing import CliRunner
from sqlalchemy import Engine, insert

from catalog.authority import claims
from catalog.inventory import demands
from catalog.inventory.cli import lists
from catalog.inventory.errors import InventoryError
from catalog.inventory.negative import allow, prohibit
from catalog.inventory.telling import acknowledge, announcements, concerned
from catalog.store import reading, writing
from catalog.store.tables.forms import forms
from catalog.store.tables.identity import organisations
from contracts.model import Composed, Composition, Field
from policies.clocks import local_date
from tests.catalog.inventory.test_tables_are_catalogued_or_excluded import contract, enter

NOW = datetime(2026, 9, 24, 8, 0, tzinfo=UTC)
LAW = "《征信业管理条例》第十三条"
MADE = "SELECT phone AS call FROM civil.people"


@pytest.fixture
def entered(engine: Engine) -> Engine:
    """People, whose phone a form prefills and a dataset is composed of; homes nobody reads."""
    enter(
        engine,
        contract(
            "civil.people", "常住人口",
            fields=(Field(name="id"), Field(name="phone", element="mobile"), Field(name="note")),
        ),
        contract("civil.homes", "住户", fields=(Field(name="tel", element="mobile"),)),
        contract(
            "theme.calls", "热线", fields=(Field(name="call"),),
            composed=Composed(Composition.UNIT_LEVEL, MADE), unit_free=True,
        ),
    )  # fmt: skip
    with writing(engine) as connection:
        _admit(connection, "F1", "民政局", "phone")
        _admit(connection, "F2", "残联", "note")
        connection.execute(
            insert(organisations).values(code="D-MZ", name="民政局", kind="department", registered_at=NOW)
        )
    return engine


def _admit(connection: object, code: str, issuer: str, field: str) -> None:
    connection.execute(  # type: ignore[attr-defined]
        insert(forms).values(
            code=code, title=f"表{code}", issuer=issuer, basis="条例", period="monthly",
            subject_kind="person",
            items=[{"name": "a", "title": "项", "dataset": "civil.people", "field": field, "key": "id"}],
            valid_from=date(2026, 1, 1), valid_to=date(2026, 12, 31), admitted_by="王", admitted_at=NOW,
            evidence_id="ev",
        )
    )  # fmt: skip


def _told(engine: Engine) -> set[tuple[str, str, str, str]]:
    with reading(engine) as connection:
        return {(a.act, a.kind, a.target, a.organisation_name) for a in announcements(connection)}


def test_a_no_on_a_column_is_told_to_its_department_the_form_and_whoever_composes_from_it(
    entered: Engine,
) -> None:
    with writing(entered) as connection:
        row = prohibit(
            connection, kind="not_shared", what="civil.people.phone", department="公安局", level="regulation",
            basis=LAW, by="王", now=NOW,
        )  # fmt: skip
    told = {
        ("prohibit", "department", "civil.people", "公安局"),
        ("prohibit", "form", "F1", "民政局"),
        ("prohibit", "composed", "theme.calls", "公安局"),
    }
    assert _told(entered) == told
    with reading(entered) as connection:
        codes = {a.organisation_name: a.organisation for a in announcements(connection, organisation="D-MZ")}
    assert codes == {"民政局": "D-MZ"}
    with writing(entered) as connection:
        allow(connection, row, reason="条例修订", by="王", now=NOW)
    assert _told(entered) - told == {("allow", *each[1:]) for each in told}


def test_words_that_name_no_entry_concern_the_department_named_alone(entered: Engine) -> None:
    with writing(entered) as connection:
        assert concerned(connection, "个人征信", local_date(NOW)) == ()
        assert concerned(connection, "civil.people.nothing", local_date(NOW)) == ()
        prohibit(
            connection, kind="not_opened", what="个人征信", department="人民银行", level="regulation",
            basis=LAW, by="王", now=NOW,
        )  # fmt: skip
    assert _told(entered) == {("prohibit", "department", "", "人民银行")}


def test_each_step_of_a_demand_is_told_to_the_other_side(entered: Engine) -> None:
    with writing(entered) as connection:
        made = demands.add(
            connection, demander=demands.Party("民政局"), what="常住人口电话", task="走访", basis="条例",
            by="李", now=NOW,
        )  # fmt: skip
    assert _told(entered) == set()
    holder = demands.Party("公安局", "D-GA")
    with writing(entered) as connection:
        demands.confirm(connection, made.id, holder=holder, by="王", now=NOW)
    assert _told(entered) == {("confirm", "demander", "", "民政局"), ("confirm", "holder", "", "公安局")}
    with writing(entered) as connection:
        demands.catalogue(connection, made.id, dataset="civil.people", by="赵", now=NOW)
    assert ("catalogue", "demander", "", "民政局") in _told(entered)


def test_another_source_of_an_item_is_told_to_whoever_read_the_former_one(entered: Engine) -> None:
    with writing(entered) as connection:
        claims.claim(connection, "civil.people", "phone", basis="职责", by="张", now=NOW)
        claims.withdraw(connection, "mobile", basis="机构改革", by="王", now=NOW)
    told = _told(entered)
    assert ("withdraw", "form", "F1", "民政局") in told
    assert ("withdraw", "department", "civil.people", "公安局") in told
    assert all(name != "残联" for _, _, _, name in told)


def test_the_commands_show_what_was_told_and_take_note_of_it_once(entered: Engine) -> None:
    with writing(entered) as connection:
        prohibit(
            connection, kind="not_shared", what="civil.people.note", department="公安局", level="regulation",
            basis=LAW, by="王", now=NOW,
        )  # fmt: skip
    run = CliRunner().invoke
    (line,) = json.loads(run(lists, ["announcements", "--for", "残联", "--json"]).stdout)
    assert (line["kind"], line["target"], line["act"]) == ("form", "F2", "prohibit")
    assert "负面清单 civil.people.note: 残联 (form F2), open" in run(lists, ["announcements"]).stdout
    taken = run(lists, ["acknowledge", line["id"], "--by", "钱"])
    assert taken.stdout == f"{line['id']}: acknowledged by 钱\n"
    assert json.loads(run(lists, ["announcements", "--for", "残联", "--open", "--json"]).stdout) == []
    with writing(entered) as connection, pytest.raises(InventoryError, match="already"):
        acknowledge(connection, line["id"], by="钱", now=NOW)
    with writing(entered) as connection, pytest.raises(InventoryError, match="no announcement"):
        acknowledge(connection, "lan_0", by="钱", now=NOW)
