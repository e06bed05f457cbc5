"""A small bureau for tests: four real datasets with real releases, a department and an operator that ask."""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from sqlalchemy import Engine

from catalog.cataloging.entering import Acts, catalogue_all
from catalog.home import Home
from catalog.keys import Keys, load
from catalog.releases import facts, leases, publication
from catalog.releases.attempts import Attempt
from catalog.releases.content import content_hash, seal
from catalog.releases.protect import protect
from catalog.releases.published import Release
from catalog.store import create_store, open_store, reading, writing
from catalog.store.schema import new_id
from contracts.cast import cast
from contracts.model import Contract, Field, UnitRef, UnitRule, Use
from policies.clocks import local_date
from policies.purpose import purposes
from space.engines.workers.pool import Pool
from space.granting.grants import Grant, all_grants, grant
from space.granting.revocation import revoke
from space.identity.tokens import Caller
from space.query.admit import Question
from space.query.gateway import Gateway
from space.requesting.answering import decide
from space.requesting.filing import submit
from space.requesting.requests import Request
from space.requesting.statements import read
from space.store import grant_row
from tests.servers import give_own_store
from tests.space.agreed import agreed
from tests.space.bureau_contracts import AIR, CONTRACTS, FIRMS, POPULATION, ROWS

NOON = datetime(2026, 9, 24, 4, 0, tzinfo=UTC)
TODAY = date(2026, 9, 24)
DEPARTMENT = {"code": "11990100MB0000009X", "name": "发展改革委", "kind": "department"}
OPERATOR = {"code": "91990100MA0000001X", "name": "数据运营公司", "kind": "operator"}
OTHER = {"code": "91990100MA0000002X", "name": "另一公司", "kind": "operator"}
PEOPLE = {POPULATION.name: ("sex", "district", "income")}
TRADE = {FIRMS.name: ("industry", "capital")}
WEATHER = {AIR.name: ("station", "pm25")}


@dataclass
class Clock:
    """A clock that tests move."""

    now: datetime = NOON

    def __call__(self) -> datetime:
        return self.now

    def later(self, **step: float) -> datetime:
        """Let time pass."""
        self.now += timedelta(**step)
        return self.now


@dataclass
class Bureau:
    """The installation, and what people do with it."""

    home: Home
    engine: Engine
    keys: Keys
    pool: Pool
    clock: Clock = field(default_factory=Clock)
    # Who asks, and what for: dataset → columns.
    department = DEPARTMENT
    operator = OPERATOR
    other = OTHER
    people = PEOPLE
    trade = TRADE
    weather = WEATHER

    @property
    def gateway(self) -> Gateway:
        """The one gateway, wired as the application wires it."""
        return Gateway(self.engine, self.home, self.keys.signer, self.pool, self.clock)

    def file(
        self, applicant: Mapping[str, str], items: Mapping[str, Sequence[str]], **stated: Any
    ) -> Request:
        """File a complete request; ``stated`` replaces what it states."""
        document: dict[str, Any] = {
            "applicant": dict(applicant),
            "purpose": "industry.research"
            if applicant["kind"] == "operator"
            else "governance.administration",
            "use_until": "2030-11-30",
            "legal_basis": "优化营商环境条例第六条",
            "scenario": "产业分析",
            "scope": "本单位",
            "method": "query",
            "vouched_by": "周敏",
            "implementing_body": "11990100MB0000008X",
            "agreement": "云数授〔2026〕3号",
            "items": [{"dataset": name, "fields": list(fields)} for name, fields in items.items()],
        } | stated
        if applicant["kind"] == "operator" and document["agreement"]:
            self.agree(document, applicant)
        with writing(self.engine) as connection:
            statement = read(connection, document, local_date(self.clock()))
            return submit(connection, statement, self.clock())

    def agree(self, document: dict[str, Any], operator: Mapping[str, str]) -> None:
        """Let a real agreement and a real scenario stand behind what an operator files."""
        purpose = document["purpose"] if document["purpose"] in purposes(TODAY) else "industry.research"
        document["scenario"] = f"{document['scenario']} {purpose}"
        document["agreement"] = agreed(
            self.engine, self.keys.signer, operator, purpose, document["scenario"], now=self.clock(),
            number=document["agreement"],
        )  # fmt: skip

    def permitted(
        self, applicant: Mapping[str, str], items: Mapping[str, Sequence[str]], **stated: Any
    ) -> Request:
        """File a request and have it permitted."""
        filed = self.file(applicant, items, **stated)
        with writing(self.engine) as connection:
            for approver in ("张磊", "赵强"):  # the second where the rule asks for two
                filed = decide(
                    connection,
                    filed.id,
                    permit=True,
                    basis="政务数据共享条例 第20条",
                    by=approver,
                    now=self.clock(),
                )
                if filed.state == "permitted":
                    break
        return filed

    def sign(self, to: Mapping[str, str], items: Mapping[str, Sequence[str]], **terms: Any) -> Grant:
        """Sign terms over the items; ``terms`` adds to them or replaces."""
        document: dict[str, Any] = {
            "purpose": "industry.research" if to["kind"] == "operator" else "governance.administration",
            "datasets": [{"name": name, "columns": list(columns)} for name, columns in items.items()],
            "valid_to": "2030-09-23",
        }
        with writing(self.engine) as connection:
            return grant(
                connection, self.keys.signer, document | terms, to=to["code"], by="张磊", now=self.clock()
            )

    def sign_under(
        self, request: Request, to: Mapping[str, str], items: Mapping[str, Sequence[str]]
    ) -> Grant:
        """Sign terms over the items under a request, whether it covers them or not."""
        document = {
            "purpose": request.purpose,
            "datasets": [{"name": name, "columns": list(columns)} for name, columns in items.items()],
            "valid_to": "2030-09-23",
        }
        signer, now = self.keys.signer, self.clock()
        with writing(self.engine) as connection:
            return grant(
                connection, signer, document, to=to["code"], by="张磊", now=now, request_id=request.id
            )

    def granted(self, to: Mapping[str, str], items: Mapping[str, Sequence[str]], **terms: Any) -> Grant:
        """File, permit and sign."""
        self.permitted(to, items)
        return self.sign(to, items, **terms)

    def ask(self, held: Grant, sql: str, *, purpose: str | None = None, who: str | None = None) -> Any:
        """Ask the gateway as the holder of the grant, for its purpose, unless told."""
        question = Question(held.id, purpose or held.terms.purpose, sql)
        return self.gateway.ask(Caller(who or held.grantee), question)

    def held(self, items: Mapping[str, Sequence[str]]) -> Grant:
        """The grant over these items that was signed before the test."""
        with reading(self.engine) as connection:
            return next(g for g in all_grants(connection) if {d.name for d in g.terms.datasets} == set(items))

    def row(self, held: Grant) -> Any:
        """The counters of a grant."""
        with reading(self.engine) as connection:
            return grant_row(connection, held.id)

    def revoke(self, held: Grant) -> None:
        """Revoke a grant."""
        with writing(self.engine) as connection:
            revoke(connection, held.id, reason="任务结束", by="张磊", now=self.clock())

    def recatalogue_air_with_a_person(self) -> None:
        """The source department finds that readings name the person who made them."""
        reader = Field("reader_id", "监测员", unit=UnitRef("person"), use=Use.IDENTIFIER)
        found = replace(AIR, unit_free=False, units=(UnitRule("person", 9),), fields=(*AIR.fields, reader))
        acts = Acts(by="李四", reason="found out", now=self.clock(), assessment="PIA-2026-2")
        catalogue_all(self.engine, [(found, None)], acts)

    def count(self, statement: Any) -> int:
        """One number of the store."""
        with reading(self.engine) as connection:
            return int(connection.execute(statement).scalar_one() or 0)


@pytest.fixture(scope="session")
def pool() -> Iterator[Pool]:
    """Real workers, shared by the tests."""
    with Pool() as made:
        yield made


# A fixture that several folders import is one of its own in each: what they lend is made once for all.
_made: dict[str, Path] = {}


@pytest.fixture(scope="session")
def founded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An installation with every dataset released, made once."""
    if "founded" not in _made:
        _made["founded"] = _found(tmp_path_factory)
    return _made["founded"]


def _found(tmp_path_factory: pytest.TempPathFactory) -> Path:
    home = Home(tmp_path_factory.mktemp("bureau") / "var")
    engine = create_store(home)
    keys = load(home)
    acts = Acts(by="李四", reason="first entry", now=NOON, assessment="PIA-2026-1")
    entered = catalogue_all(engine, [(contract, None) for contract in CONTRACTS], acts)
    assert [(each.name, each.open_points) for each in entered if each.state != "published"] == []
    for contract in CONTRACTS:
        _publish(home, engine, keys, contract)
    engine.dispose()
    return home.root


@pytest.fixture(scope="session")
def granting(founded: Path, tmp_path_factory: pytest.TempPathFactory, pool: Pool) -> Path:
    """The same with three grants signed, so that tests can share the workers of their holders."""
    if "granting" not in _made:
        _made["granting"] = _grant(founded, tmp_path_factory, pool)
    return _made["granting"]


def _grant(founded: Path, tmp_path_factory: pytest.TempPathFactory, pool: Pool) -> Path:
    home = Home(tmp_path_factory.mktemp("granting") / "var")
    engine = _copy(founded, home)
    bureau = Bureau(home, engine, load(home), pool)
    bureau.granted(DEPARTMENT, TRADE)
    bureau.granted(OPERATOR, PEOPLE, price_fen_per_call=500)
    bureau.granted(OPERATOR, WEATHER)
    engine.dispose()
    return home.root


@pytest.fixture
def bureau(founded: Path, pool: Pool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Bureau]:
    """A bureau of one's own; nobody has asked for anything yet."""
    yield from _lent(founded, pool, tmp_path, monkeypatch)


@pytest.fixture
def busy(granting: Path, pool: Pool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Bureau]:
    """A bureau of one's own with a grant of the department and two of the operator."""
    yield from _lent(granting, pool, tmp_path, monkeypatch)


def _lent(template: Path, pool: Pool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Bureau]:
    home = Home(tmp_path / "var")
    engine = _copy(template, home)
    monkeypatch.setenv("YBZ_HOME", str(home.root))
    yield Bureau(home, engine, load(home), pool)
    engine.dispose()


def _copy(template: Path, home: Home) -> Engine:
    """Another installation over the same lake, which these tests only read."""
    shutil.copytree(template, home.root, symlinks=True, ignore=shutil.ignore_patterns("lake"))
    (home.root / "lake").symlink_to((template / "lake").resolve())
    give_own_store(home)
    return open_store(home)


def _publish(home: Home, engine: Engine, keys: Keys, contract: Contract) -> Release:
    rows = ROWS[contract.name]
    typed = cast(contract, _raw(contract, rows)).typed
    assert typed.num_rows == len(rows)
    forms = protect(contract, typed, keys.pseudonym, None)
    digest = content_hash(contract, typed)
    draft = publication.Draft(
        dataset=contract.name,
        revision=1,
        fingerprint=digest,
        vault=forms.vault,
        protected=forms.protected,
        content_hash=digest,
        seal=seal(digest, keys.pseudonym),
        counts={},
        dimensions={},
        grade=3,
        facts=facts.check(contract, forms.vault, forms.protected),
        attempt=Attempt(new_id("bld"), "run", contract.name, "released", "", NOON, NOON),
    )
    lease = leases.take(engine, contract.name, now=NOON)
    release = publication.publish(home, engine, lease, draft, now=NOON)
    leases.give_back(engine, lease)
    return release


def _raw(contract: Contract, rows: Sequence[Mapping[str, str]]) -> pa.Table:
    columns: dict[str, Any] = {
        f.name: pa.array([row.get(f.name) for row in rows], pa.string()) for f in contract.fields
    }
    columns["_file"] = pa.array(["delivery.csv"] * len(rows), pa.string())
    columns["_line"] = pa.array(range(2, len(rows) + 2), pa.int64())
    return pa.table(columns)
