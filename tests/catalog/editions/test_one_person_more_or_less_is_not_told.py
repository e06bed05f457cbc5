"""What a foreign department sees of the ledger before and after one person is removed.

Everything shown to others is compared: the edition's tables, search, DCAT, the single dataset's view.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from sqlalchemy import Engine

from catalog import keys, search
from catalog.cataloging.entering import catalogue_all
from catalog.cataloging.values import Acts
from catalog.editions.tables import content_of
from catalog.exports import harvest
from catalog.exports.identity import Identity
from catalog.home import Home
from catalog.releases.attempts import Attempt
from catalog.releases.facts import Facts
from catalog.releases.leases import give_back, take
from catalog.releases.publication import Draft, publish
from catalog.statistics import public_count, public_views
from catalog.store import create_store, reading
from contracts.model import Contract, Field, Party, ShareType, Sharing, UnitRef, UnitRule, Use
from policies.clocks import local_date

NOW = datetime(2026, 9, 30, 8, 0, tzinfo=UTC)
SAID = Identity("https://data.yunzhou.example/")
# Of a release, that it is another one: its name, its keyed hash. They change whatever changes.
NAMES = frozenset({"release", "content_hash"})
K = 10

CONTRACT = Contract(
    id="people", title="常住人口", schema="civil", table="population", department=Party("云州市公安局"),
    status="active", sharing=Sharing(ShareType.UNCONDITIONAL),
    fields=(Field(name="id_card", use=Use.IDENTIFIER, unit=UnitRef("person"), personal=True),),
    units=(UnitRule("person", 1),),
)  # fmt: skip


def released(folder: Path, persons: int, faulty: int) -> tuple[Home, Engine]:
    """An installation whose one release holds so many persons, so many of them with a faulty value."""
    home = Home(folder)
    engine = create_store(home)
    catalogue_all(engine, [(CONTRACT, None)], Acts(by="a", reason="r", now=NOW))
    table = pa.table({"id_card": [str(i) for i in range(persons)]})
    ratio = 1 - faulty / persons
    attempt = Attempt(
        id="bld", run="run", dataset=CONTRACT.name, state="released", reason="", started_at=NOW, ended_at=NOW,
        lines_read=persons, landed=persons, typed=persons, quarantined=faulty, quality=ratio,
    )  # fmt: skip
    dimensions = {"accuracy": {"a": persons - faulty, "b": persons, "x": ratio}}
    draft = Draft(
        dataset=CONTRACT.name, revision=1, fingerprint="f" * 64, vault=table, protected=table,
        content_hash=f"{persons:064d}", seal="s", counts={}, dimensions=dimensions, grade=2, facts=Facts(),
        attempt=attempt,
    )  # fmt: skip
    lease = take(engine, CONTRACT.name, now=NOW)
    publish(home, engine, lease, draft, now=NOW)
    give_back(engine, lease)
    return home, engine


def seen(home: Home, engine: Engine) -> dict[str, Any]:
    """Path → value of everything a foreign department sees."""
    with reading(engine) as connection:
        shown = {
            "edition": content_of(connection, keys.load(home), NOW),
            "views": [view.to_document() for view in public_views(connection, local_date(NOW))],
            "search": [str(hit) for hit in search.search(connection, "人口")],
            "dcat": harvest.page(connection, SAID, now=NOW).document,
        }
    plain = json.loads(json.dumps(shown, default=str))
    return dict(_paths("", plain))


def _paths(at: str, value: Any) -> Iterator[tuple[str, Any]]:
    if isinstance(value, dict):
        for key, inner in value.items():
            if key not in NAMES:
                yield from _paths(f"{at}/{key}", inner)
    elif isinstance(value, list):
        for place, inner in enumerate(value):
            yield from _paths(f"{at}/{place}", inner)
    else:
        yield at, value


# Persons and faulty ones before; afterwards one person less, a faulty one where there is any.
LEDGERS = [(10, 1), (11, 0), (20, 1), (45, 3), (100, 1), (523, 4), (1231, 1), (2000, 11), (2001, 10)]


@pytest.mark.parametrize(("persons", "faulty"), LEDGERS)
def test_what_others_see_does_not_tell_that_one_person_left(
    tmp_path: Path, persons: int, faulty: int
) -> None:
    before = seen(*released(tmp_path / "before", persons, faulty))
    after = seen(*released(tmp_path / "after", persons - 1, max(0, faulty - 1)))
    assert before.keys() == after.keys()
    told = {path.rsplit("/", 1)[1] for path in before if before[path] != after[path]}
    # Only where a step of k is crossed may a figure read differently: from 1 to 2k-1 may have left.
    may_be_told = set()
    if stepped(persons):
        may_be_told |= {"rows", "rows_withheld", "quality", "accuracy", "ratio"}
    if faulty and stepped(faulty):
        may_be_told |= {"quarantined"}
    assert told <= may_be_told


def stepped(count: int) -> bool:
    """Whether one less reads differently."""
    one_less = public_count(count - 1, has_units=True, on=local_date(NOW))
    return public_count(count, has_units=True, on=local_date(NOW)) != one_less


def test_many_persons_less_are_told(tmp_path: Path) -> None:
    before = seen(*released(tmp_path / "before", 500, 0))
    after = seen(*released(tmp_path / "after", 500 - 3 * K, 0))
    assert {path.rsplit("/", 1)[1] for path in before if before[path] != after[path]} == {"rows"}
