"""A small town: two real datasets with real releases, a street and a village that get their rows back."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
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
from catalog.releases.published import Release, latest, read_vault
from catalog.store import create_store, open_store, reading
from catalog.store.schema import new_id
from contracts.cast import cast
from contracts.codes import resident_check
from contracts.model import Area, Contract, Field, FieldType, Party, Sharing, UnitRef, UnitRule, Use
from pipelines.backflow.delivering import Run, deliver_due
from space.wayback.backflow.bodies import Body, register
from space.wayback.backflow.subscriptions import Subscription, Wanted, subscribe
from space.wayback.forms.asking import Look
from tests.servers import give_own_store

STREET, VILLAGE = "990101001", "990102002003"
# Homes: two villages of the street, the village, and one elsewhere.
EAST, WEST, HERE, FAR = "990101001001", "990101001002", VILLAGE, "990105006001"
NOON = datetime(2026, 9, 23, 4, 0, tzinfo=UTC)
# Of tests that are about what a sheet shows, and not about who may look.
LOOK = Look("王五", ())
POLICE, CIVIL_AFFAIRS = Party("公安局", "11990100MB0000001X"), Party("民政局", "11990100MB0000002X")

PERSON = Field("id_card", "公民身份号码", key_position=1, required=True, check="resident_id",
               unit=UnitRef("person"), use=Use.IDENTIFIER, personal=True)  # fmt: skip
AREA = Field("area_code", "属地编码", use=Use.DIMENSION)

POPULATION = Contract(
    id="civil-population",
    title="常住人口",
    schema="civil",
    table="population",
    department=POLICE,
    sharing=Sharing(condition="依法履职", basis="户口登记条例"),
    classification="基础/人口",
    fields=(
        PERSON,
        Field("name", "姓名", personal=True),
        Field("phone", "联系电话", check="mobile", personal=True),
        Field("birth_date", "出生日期", type=FieldType.DATE, personal=True),
        AREA,
    ),
    units=(UnitRule("person", 1),),
    unique_keys=(("id_card",),),
    area=Area("area_code"),
)
ALLOWANCE = Contract(
    id="welfare-allowance",
    title="高龄津贴",
    schema="welfare",
    table="allowance",
    department=CIVIL_AFFAIRS,
    sharing=Sharing(condition="依法履职", basis="老年人权益保障法 第33条"),
    classification="主题/社会保障",
    fields=(
        PERSON,
        Field("month", "发放月份", key_position=2, required=True, use=Use.DIMENSION),
        Field("amount", "金额", type=FieldType.NUMBER, scale=2, minimum=0, maximum=1000, use=Use.MEASURE),
        Field("level", "档次", allowed=("一档", "二档"), use=Use.DIMENSION),
        AREA,
    ),
    units=(UnitRule("person", 12),),
    unique_keys=(("id_card", "month"),),
    area=Area("area_code"),
    period_field="month",
)


def identity(number: int) -> str:
    """A well-formed identity number of nobody: its region begins with 99."""
    first = f"99010119500101{number:03d}"
    return first + resident_check(first)


def resident(number: int, area: str, **changed: str) -> dict[str, str]:
    """One row of the population, as landed."""
    row = {
        "id_card": identity(number),
        "name": f"居民{number}",
        "phone": f"139{number:08d}",
        "birth_date": "1950-01-01",
        "area_code": area,
    }
    return row | changed


@dataclass
class Town:
    """The installation, and what one does with it."""

    home: Home
    engine: Engine
    keys: Keys
    now: datetime
    population: Contract = POPULATION
    allowance: Contract = ALLOWANCE

    def person(self, number: int) -> str:
        """Identity number of the resident of that number."""
        return identity(number)

    def residents(self, *homes: str, **changed: dict[str, str]) -> list[dict[str, str]]:
        """Rows of residents 1, 2, … by home; ``r3={...}`` changes cells of the third."""
        return [
            resident(n, home, **changed.get(f"r{n}", {}))
            for n, home in enumerate(homes, start=1)
            if home != "gone"
        ]

    def later(self, **step: float) -> datetime:
        """Let time pass; an hour unless told."""
        self.now += timedelta(**(step or {"hours": 1}))
        return self.now

    def publish(self, contract: Contract, rows: Sequence[Mapping[str, Any]], *, revision: int = 1) -> Release:
        """Release rows by the release protocol, an hour later."""
        now = self.later()
        with reading(self.engine) as connection:
            before = latest(connection, contract.name)
        former = None if before is None else read_vault(self.home, before, (*contract.key, "_n_person"))
        typed = cast(contract, _raw(contract, rows)).typed
        assert typed.num_rows == len(rows)
        forms = protect(contract, typed, self.keys.pseudonym, former)
        digest = content_hash(contract, typed)
        attempt = Attempt(new_id("bld"), "run", contract.name, "released", "", now, now)
        draft = publication.Draft(
            dataset=contract.name,
            revision=revision,
            fingerprint=digest,
            vault=forms.vault,
            protected=forms.protected,
            content_hash=digest,
            seal=seal(digest, self.keys.pseudonym),
            counts={},
            dimensions={},
            grade=3,
            facts=facts.check(contract, forms.vault, forms.protected),
            attempt=attempt,
        )
        lease = leases.take(self.engine, contract.name, now=now)
        release = publication.publish(self.home, self.engine, lease, draft, now=now)
        leases.give_back(self.engine, lease)
        return release

    def deliver(self) -> Run:
        """What happens after every build."""
        run = deliver_due(self.home, self.engine, self.later())
        assert run.failed == {}
        return run

    def subscribe(self, body: str, dataset: str = "civil.population", **wanted: Any) -> Subscription:
        """Subscribe a body, to three fields unless told."""
        chosen = {"fields": ("id_card", "name", "phone"), "basis": "政务数据共享条例 第24条"} | wanted
        return subscribe(self.engine, Wanted(body, dataset, **chosen), by="张三", now=self.later())


def _raw(contract: Contract, rows: Sequence[Mapping[str, Any]]) -> pa.Table:
    columns: dict[str, Any] = {
        f.name: pa.array([row.get(f.name) for row in rows], pa.string()) for f in contract.fields
    }
    columns["_file"] = pa.array(["delivery.csv"] * len(rows), pa.string())
    columns["_line"] = pa.array(range(2, len(rows) + 2), pa.int64())
    return pa.table(columns)


Settle = Callable[[str, Callable[[Town], None], Path], Town]


@pytest.fixture
def town(home: Home, engine: Engine) -> Town:
    """The town with both datasets in the ledger and its two bodies entered; nothing released yet."""
    return found_town(home, engine)


def found_town(home: Home, engine: Engine) -> Town:
    """Enter the datasets and the bodies."""
    made = Town(home, engine, load(home), NOON)
    acts = Acts(by="李四", reason="first entry", now=NOON, assessment="PIA-2026-1")
    catalogue_all(engine, [(contract, None) for contract in (POPULATION, ALLOWANCE)], acts)
    register(engine, Body("street", "清波街道", STREET), NOON)
    register(engine, Body("village", "朝阳村", VILLAGE), NOON)
    return made


@pytest.fixture(scope="session")
def settle(tmp_path_factory: pytest.TempPathFactory) -> Settle:
    """Copies a town that was prepared once, so that every test has its own at little cost."""
    ready: dict[tuple[str, str], tuple[Path, datetime]] = {}

    def copy(name: str, prepare: Callable[[Town], None], root: Path) -> Town:
        # Two files may call what they prepare alike.
        town = (name, f"{prepare.__module__}.{prepare.__qualname__}")
        if town not in ready:
            home = Home(tmp_path_factory.mktemp(name) / "var")
            engine = create_store(home)
            first = found_town(home, engine)
            prepare(first)
            engine.dispose()
            ready[town] = (home.root, first.now)
        template, now = ready[town]
        shutil.copytree(template, root)
        home = Home(root)
        give_own_store(home)
        return Town(home, open_store(home), load(home), now)

    return copy


@pytest.fixture
def telling(settle: Settle, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Town]:
    """Residents 1 and 2 of the street, 3 of the village; the street has its rows."""

    def prepare(town: Town) -> None:
        town.publish(town.population, town.residents(EAST, EAST, HERE))
        town.subscribe("street")
        town.deliver()

    yield from _lent(settle("telling", prepare, tmp_path / "var"), monkeypatch)


@pytest.fixture
def paying(settle: Settle, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Town]:
    """Resident 1 of the street has two months of allowance, 2 lives far away and has one."""

    def prepare(town: Town) -> None:
        town.publish(town.population, town.residents(EAST, FAR))
        paid = ((1, EAST, "2026-09", "120.50"), (1, EAST, "2026-08", "100"), (2, FAR, "2026-09", "300"))
        names = ("area_code", "month", "amount")
        rows = [
            {"id_card": town.person(number), "level": "一档", **dict(zip(names, cells, strict=True))}
            for number, *cells in paid
        ]
        town.publish(town.allowance, rows)

    yield from _lent(settle("paying", prepare, tmp_path / "var"), monkeypatch)


def _lent(town: Town, monkeypatch: pytest.MonkeyPatch) -> Iterator[Town]:
    monkeypatch.setenv("YBZ_HOME", str(town.home.root))
    yield town
    town.engine.dispose()


@pytest.fixture
def issued(settle: Settle, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """A form of households as its issuer's workbook; see :mod:`tests.space.wayback.issued_forms`."""
    from tests.space.wayback.issued_forms import issue_households, issued_in

    for town in _lent(settle("households", issue_households, tmp_path / "var"), monkeypatch):
        yield issued_in(town, tmp_path)


@pytest.fixture
def listed(settle: Settle, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """A roster of allowances as its issuer's workbook."""
    from tests.space.wayback.issued_forms import issue_roster, issued_in

    for town in _lent(settle("roster", issue_roster, tmp_path / "var"), monkeypatch):
        yield issued_in(town, tmp_path)
