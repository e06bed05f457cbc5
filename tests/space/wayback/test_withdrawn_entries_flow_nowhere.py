"""Of a withdrawn dataset nothing flows back and no form is filled; what breaks is told to subscribers."""

from __future__ import annotations

from dataclasses import replace

import pytest

from catalog.cataloging.acts import Who
from catalog.cataloging.announcing import acknowledge, announcements
from catalog.cataloging.answering import withdraw
from catalog.cataloging.entering import Acts, catalogue_all
from catalog.store import reading, writing
from policies.machine import Office
from space.errors import Refused
from tests.space.wayback.conftest import EAST, HERE, Town

AUTHORITY = Who("数据局", Office.AUTHORITY)


def withdrawn(town: Town) -> None:
    withdraw(town.engine, town.population.name, AUTHORITY, reason="数据有误", now=town.later())


def test_nothing_of_a_withdrawn_dataset_is_delivered_until_it_is_published_again(telling: Town) -> None:
    telling.publish(telling.population, telling.residents(EAST, EAST, HERE, EAST))
    withdrawn(telling)
    assert telling.deliver().sent == ()
    acts = Acts(by="李四", reason="重新发布", now=telling.later())
    catalogue_all(telling.engine, [(replace(telling.population, summary="更正后"), None)], acts)
    assert len(telling.deliver().sent) == 1


def test_nobody_subscribes_to_a_withdrawn_dataset(telling: Town) -> None:
    withdrawn(telling)
    with pytest.raises(Refused, match=r"backflow\.dataset\.unpublished"):
        telling.subscribe("village")


def test_a_subscriber_is_told_what_breaks_and_takes_note(telling: Town) -> None:
    gone = replace(
        telling.population, fields=tuple(f for f in telling.population.fields if f.name != "phone")
    )
    (done,) = catalogue_all(
        telling.engine, [(gone, None)], Acts(by="李四", reason="精简", now=telling.later())
    )
    assert done.told == 1
    with reading(telling.engine) as connection:
        (told,) = announcements(connection, organisation="街道", open_only=True) or announcements(connection)
    assert (told.kind, told.organisation, told.organisation_name) == ("subscription", "street", "清波街道")
    assert any("phone" in line for line in told.effects)
    with writing(telling.engine) as connection:
        acknowledge(connection, told.id, "王五", telling.later())
    with reading(telling.engine) as connection:
        assert announcements(connection, organisation="清波街道", open_only=True) == ()
