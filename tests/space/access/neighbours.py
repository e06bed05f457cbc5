"""Organisations in every relation to one, tokens of each in every role, and its things of every kind."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from fastapi import FastAPI
from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Connection,
    Date,
    Engine,
    Integer,
    Table,
    create_engine,
    insert,
)

from catalog.home import Home
from catalog.organisations import units
from catalog.organisations.units import UnitKind
from catalog.store import writing
from catalog.store.schema import Instant, Json
from catalog.store.tables.backflow import grassroots_bodies
from catalog.store.tables.cataloging import entry_announcements
from catalog.store.tables.forms import forms
from catalog.store.tables.forms_filling import form_tasks
from catalog.store.tables.grants import requests
from catalog.store.tables.ledger import entries
from catalog.store.tables.people import memberships
from catalog.store.tables.requesting import request_cases
from catalog.store.tables.second_signatures import second_signatures
from policies.access import OrganisationKind, Relation, Role
from space.access.concerned import KINDS
from space.identity.organisations import Organisation, register
from space.identity.tokens import issue

NOW = datetime(2026, 11, 20, 2, 0, tzinfo=UTC)
FOUNDED = date(2020, 1, 1)

OWN, GOVERNMENT, ABOVE, BELOW, BESIDE, FOREIGN = "own", "gov", "above", "below", "beside", "stranger"
# Who stands in which relation to the organisation called OWN.
STANDS = {
    Relation.OWN: OWN,
    Relation.PARENT: ABOVE,
    Relation.CHILD: BELOW,
    Relation.SIBLING: BESIDE,
    Relation.FOREIGN: FOREIGN,
}
# Another authority is the oldest: nobody of these is the installation's own data authority.
CAPITAL = "capital"


@dataclass(frozen=True)
class Neighbours:
    """An installation with organisations in every relation.

    Attributes:
        engine: of its store.
        tokens: by role and relation of its organisation to the one called ``own``.
        things: kind → what a thing of ``own`` is named by.
    """

    engine: Engine
    tokens: dict[tuple[Role, Relation], str]
    things: dict[str, str]


@dataclass(frozen=True)
class City:
    """An application with neighbours.

    Attributes:
        app: the application.
        around: who stands around.
        home: of the installation.
        endpoints: by method and path template, what the framework knows of each.
    """

    app: FastAPI
    around: Neighbours
    home: Home
    endpoints: dict[str, Any]

    @property
    def store(self) -> Path:
        """The file of the store."""
        return self.home.root / "ybz.db"


def settled(home: Home, engine: Engine) -> Neighbours:
    """The organisations entered, the tokens issued, the things written into the store as bare rows."""
    with writing(engine) as connection:
        _tree(connection)
        tokens = {
            (role, relation): issue(connection, code, role=role, by="test", days=20_000, now=NOW).secret
            for relation, code in STANDS.items()
            for role in Role
        }
    # Rows nothing else belongs to: an engine of its own does not ask for what they refer to.
    bare = create_engine(f"sqlite:///{home.root / 'ybz.db'}")
    with bare.begin() as connection:
        connection.exec_driver_sql("PRAGMA ignore_check_constraints = ON")
        things = _things(connection)
    bare.dispose()
    return Neighbours(engine, tokens, things)


def _tree(connection: Connection) -> None:
    below: dict[str, tuple[UnitKind, str | None]] = {
        GOVERNMENT: (UnitKind.INSTITUTION, None),
        ABOVE: (UnitKind.DEPARTMENT, GOVERNMENT),
        OWN: (UnitKind.DEPARTMENT, ABOVE),
        BESIDE: (UnitKind.DEPARTMENT, ABOVE),
        BELOW: (UnitKind.DEPARTMENT, OWN),
        CAPITAL: (UnitKind.AUTHORITY, None),
    }
    for code, (kind, parent) in below.items():
        units.add(
            connection, code=code, name=f"unit {code}", kind=kind, valid_from=FOUNDED, basis="test",
            by="test", now=NOW, parent=parent,
        )  # fmt: skip
    for code in STANDS.values():
        kind = OrganisationKind.OPERATOR if code == FOREIGN else OrganisationKind.DEPARTMENT
        register(connection, Organisation(code, f"unit {code}", kind), NOW)
        connection.execute(
            insert(grassroots_bodies).values(
                {each.name: code if each.name == "code" else _value(grassroots_bodies, each)
                 for each in grassroots_bodies.columns if not each.nullable}
            )
        )  # fmt: skip


def _things(connection: Connection) -> dict[str, str]:
    """One bare row of every kind of thing; nothing but that ``own`` owns it is right about it."""
    made: dict[Table, dict[str, Any]] = {}
    for kind in KINDS.values():
        for column in (*kind.keys, *kind.codes):
            _row(made, column.table)
    for kind in KINDS.values():
        for column in kind.codes:
            made[column.table][column.name] = OWN
        for column, other in kind.through:
            key = KINDS[other].keys[0]
            made[column.table][column.name] = made[key.table][key.name]
    _found_otherwise(made)
    for table, values in made.items():
        connection.execute(insert(table).values(values))
    things = {name: made[kind.keys[0].table][kind.keys[0].name] for name, kind in KINDS.items()}
    return things | {
        "answering": things["request"], "case": things["applicant"], "form": made[forms]["code"],
        "issued-task": things["form-task"], "dataset-of-field": things["dataset"],
        "contract-file": things["dataset"], "organisation": OWN, "payer": OWN,
        "signature": made[second_signatures]["id"], "listed": things["dataset"],
        "entry-announcement": made[entry_announcements]["id"],
    }  # fmt: skip


def _found_otherwise(made: dict[Table, dict[str, Any]]) -> None:
    """What the owners are read from whom no column of the row names: a request's case, a form's own words."""
    for table in (forms, second_signatures, memberships, entry_announcements):
        _row(made, table)
    made[requests] |= {"missing": [], "statement": {}, "state": "submitted"}
    made[request_cases] |= {"owner_code": OWN, "chain": []}
    made[forms]["more"] = {"issuerCode": OWN}
    made[entries]["state"] = "published"
    made[entry_announcements]["organisation"] = OWN
    made[form_tasks]["form"] = made[forms]["code"]
    made[memberships]["organisation"] = OWN
    made[second_signatures] |= {
        "second_person": made[memberships]["person_id"], "among": json.dumps([OWN]),
    }  # fmt: skip


def _row(made: dict[Table, dict[str, Any]], table: Table) -> None:
    if table not in made:
        made[table] = {
            column.name: _value(table, column)
            for column in table.columns
            if not column.nullable or column.primary_key
        }


def _value(table: Table, column: Column[Any]) -> Any:
    kind = column.type
    if isinstance(kind, Boolean):
        return False
    if isinstance(kind, Integer | BigInteger):
        return 1
    if isinstance(kind, Date):
        return FOUNDED
    if isinstance(kind, Instant):
        return NOW
    if kind is Json or isinstance(kind, type(Json)):
        return {}
    length = getattr(kind, "length", None) or 40
    return f"thing_{table.name}_{column.name}"[:length]
