"""An installation with two offices and an operator, whose passwords are hashed cheaply."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

import pytest
from fastapi import FastAPI
from sqlalchemy import Engine, select
from starlette.testclient import TestClient

from catalog.home import Home
from catalog.keys import load
from catalog.settings.reading import file_of
from catalog.store import create_store, reading, writing
from catalog.store.tables.evidence import evidence_entries
from policies import rulebook
from policies.access import OrganisationKind, Role
from space.api.app import create_app
from space.api.services import Services
from space.identity import accounts, memberships, people, signing_in
from space.identity.organisations import Organisation, register
from space.identity.throttling import Attempt

NOON = datetime(2026, 9, 23, 4, 0, tzinfo=UTC)
PASSWORD = "Blue-Kettle-47"
ADDRESS = "https://ledger.example"
USCC = "91350100M000100Y43"  # the example of GB 32100

# What hashing costs is no matter of these tests; that a change of it takes effect is.
CHEAP = """rules:
  - name: argon2id
    value: {memory_kib: 64, time_cost: 1, parallelism: 1, hash_bytes: 32, salt_bytes: 16}
    source: tests
    valid_from: 2025-01-01
    confidence: test
"""


@dataclass
class Bureau:
    """An installation, its clock, and its application without workers."""

    home: Home
    engine: Engine
    application: FastAPI
    now: datetime = NOON

    def person(self, name: str, role: Role, organisation: str = "dept-a") -> str:
        with writing(self.engine) as connection:
            made = people.register(connection, name, None, by="setup", now=self.now)
            memberships.enter(connection, made.id, organisation, role, by="setup", now=self.now)
        return made.id

    def account(self, login: str, name: str, role: Role, organisation: str = "dept-a") -> str:
        """A person with an account whose password is :data:`PASSWORD`; gives the person."""
        person = self.person(name, role, organisation)
        with writing(self.engine) as connection:
            handed = accounts.opened(connection, person, login, by="setup", now=self.now)
        attempt = Attempt(login, "10.0.0.1")
        signing_in.choose_password(self.engine, attempt, PASSWORD, now=self.now, code=handed.code)
        return person

    def app(self, base_url: str = "https://ledger.example") -> TestClient:
        """A browser or program of its own before the application."""
        return TestClient(self.application, base_url=base_url, raise_server_exceptions=False)

    def sign_in(self, login: str) -> tuple[TestClient, dict[str, str]]:
        """A browser that is signed in, and the header its pages send."""
        browser = self.app()
        done = browser.post("/v1/sessions", json={"login": login, "password": PASSWORD})
        assert done.status_code == 201, done.text
        return browser, {"X-CSRF-Token": done.json()["proof"]}

    def later(self, **span: float) -> None:
        self.now += timedelta(**span)

    def evidence(self, event: str) -> list[dict[str, object]]:
        with reading(self.engine) as connection:
            query = select(evidence_entries.c.body).where(evidence_entries.c.event == event)
            return [json.loads(body) for body in connection.execute(query).scalars()]


@pytest.fixture(scope="session")
def application(tmp_path_factory: pytest.TempPathFactory) -> FastAPI:
    """The application, made once: which installation it serves is set by each test."""
    home = Home(tmp_path_factory.mktemp("application") / "var")
    create_store(home).dispose()
    return create_app(home)


def settle(home: Home, engine: Engine, application: FastAPI) -> Bureau:
    """Two offices and an operator are registered, hashing is cheap."""
    home.rules.mkdir(exist_ok=True)
    (home.rules / "identity.yaml").write_text(CHEAP, encoding="utf-8")
    rulebook.lay_over(home.rules)
    file_of(home.root).write_text(f"public_url: {ADDRESS}\n", encoding="utf-8")
    load(home)
    kinds = OrganisationKind
    with writing(engine) as connection:
        for code, name, kind in (
            ("dept-a", "甲局", kinds.DEPARTMENT),
            ("dept-b", "乙局", kinds.DEPARTMENT),
            ("operator", "数据运营公司", kinds.OPERATOR),
        ):
            register(connection, Organisation(code, name, kind), NOON)
    made = Bureau(home, engine, application)
    wired: Services = application.state.services
    application.state.services = replace(wired, home=home, engine=engine, clock=lambda: made.now)
    return made


@pytest.fixture
def bureau(home: Home, engine: Engine, application: FastAPI) -> Bureau:
    return settle(home, engine, application)
