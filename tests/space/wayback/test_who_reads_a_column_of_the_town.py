"""Subscriptions and forms that read a column, as ``ybz impact NAME.FIELD`` says it."""

from __future__ import annotations

from datetime import date, timedelta

from catalog.lineage.affected import affected_by
from catalog.store import reading
from contracts.model import UpdateCycle
from space.wayback.forms.admission import Form, Item, admit
from tests.space.wayback.conftest import NOON, Town

TODAY = NOON.date()


def uses(town: Town, field: str, on: date = TODAY) -> set[tuple[str, str, str]]:
    with reading(town.engine) as connection:
        found = affected_by(connection, town.population.name, field, on)
    return {(use.kind, use.through, use.column.rpartition(".")[2]) for use in found.uses}


def test_a_subscription_is_met_by_its_fields_its_area_and_its_key(town: Town) -> None:
    town.subscribe("street", fields=("name", "birth_date"))
    assert uses(town, "name") == {("subscription", "field", "name")}
    assert uses(town, "area_code") == {("subscription", "area", "area_code")}
    assert uses(town, "id_card") == {("subscription", "key", "id_card")}
    assert uses(town, "phone") == set()


def test_a_form_is_met_by_the_items_it_prefills_and_by_their_key(town: Town) -> None:
    until = NOON.date() + timedelta(days=90)
    item = Item("name", "姓名", town.population.name, "name", "id_card")
    monthly = UpdateCycle.MONTHLY
    form = Form("names", "名单", "民政局", "办法", monthly, "person", (item,), NOON.date(), until)
    admit(town.engine, form, by="李四", now=NOON)
    assert uses(town, "name") == {("form", "item", "name")}
    assert uses(town, "id_card") == {("form", "key", "id_card")}
    assert uses(town, "name", until + timedelta(days=1)) == set()
