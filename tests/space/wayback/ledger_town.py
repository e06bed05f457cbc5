"""The small town with a street that keeps a ledger: four residents in three households, one allowance."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from catalog.cataloging.entering import Acts, catalogue_all
from catalog.store import reading
from contracts.model import Contract, Field, FieldType, UnitRef, Use
from space.wayback.grassroots.feeding import Fed, feed
from space.wayback.grassroots.judging import Acting
from space.wayback.grassroots.records import Record, records
from space.wayback.grassroots.setting_up import bind
from tests.space.wayback.conftest import ALLOWANCE, EAST, HERE, PERSON, POPULATION, WEST, Town, identity

RESIDENTS: Contract = replace(
    POPULATION,
    id="civil-residents",
    title="常住人口登记",
    table="residents",
    fields=(
        PERSON,
        Field("name", "姓名", personal=True),
        Field("phone", "联系电话", check="mobile", personal=True),
        Field("birth_date", "出生日期", type=FieldType.DATE, personal=True),
        Field("household_no", "户编号", unit=UnitRef("household", about=False), use=Use.IDENTIFIER),
        Field("area_code", "属地编码", use=Use.DIMENSION),
    ),
)
NAME, PHONE, BORN = (f"civil.residents.{field}" for field in ("name", "phone", "birth_date"))
AMOUNT = "welfare.allowance.amount"
FIELDS = ("id_card", "name", "phone", "birth_date", "household_no")
# Resident → home and household.
HOMES: Mapping[int, tuple[str, str]] = {1: (EAST, "H1"), 2: (EAST, "H1"), 3: (WEST, "H2"), 4: (HERE, "H3")}


def rows(**changed: dict[str, str]) -> list[dict[str, str]]:
    """Rows of the residents; ``r2={...}`` changes cells of the second, ``r2={}`` leaves it out."""
    return [
        {
            "id_card": identity(n),
            "name": f"居民{n}",
            "phone": f"139{n:08d}",
            "birth_date": "1940-01-01" if n == 1 else "1990-05-05",
            "household_no": household,
            "area_code": home,
        }
        | changed.get(f"r{n}", {"name": f"居民{n}"})
        for n, (home, household) in HOMES.items()
        if changed.get(f"r{n}", {"name": ""})
    ]


def paid(*months: str) -> list[dict[str, str]]:
    """Allowance of resident 1, a row a month."""
    return [
        {
            "id_card": identity(1),
            "month": month,
            "amount": f"{100 + number}",
            "level": "一档",
            "area_code": EAST,
        }
        for number, month in enumerate(months)
    ]


def prepare(town: Town) -> None:
    """Both datasets released, delivered to the street, bound and fed."""
    acts = Acts(by="李四", reason="first entry", now=town.now, assessment="PIA-2026-1")
    catalogue_all(town.engine, [(RESIDENTS, None)], acts)
    town.publish(RESIDENTS, rows())
    town.publish(ALLOWANCE, paid("2026-08", "2026-09"))
    town.subscribe("street", RESIDENTS.name, fields=FIELDS, plain=("name", "phone", "birth_date"))
    town.subscribe("street", ALLOWANCE.name, fields=("amount", "level", "month"))
    town.deliver()
    for dataset in (RESIDENTS.name, ALLOWANCE.name):
        bind(town.engine, "street", dataset, "person", "", by="王芳", now=town.later())
    fed(town)


def fed(town: Town) -> tuple[Fed, ...]:
    """Take in what was delivered to the street."""
    return feed(town.home, town.engine, "street", by="王芳", now=town.later())


def move(town: Town, **changed: dict[str, str]) -> tuple[Fed, ...]:
    """A new release of the residents, delivered and taken in."""
    town.publish(RESIDENTS, rows(**changed))
    town.deliver()
    return fed(town)


def acting(town: Town, by: str = "王芳", **more: Any) -> Acting:
    """Who keeps the street's ledger, an hour later."""
    return Acting("street", by, town.later(), **more)


def person(town: Town, number: int) -> Record:
    """The street's record of a resident."""
    return next(one for one in all_of(town) if one.identifier == identity(number))


def all_of(town: Town, kind: str = "person") -> list[Record]:
    """Records of the street's ledger."""
    with reading(town.engine) as connection:
        return list(records(connection, "street", kind))
