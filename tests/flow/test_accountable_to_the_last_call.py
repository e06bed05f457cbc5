"""From a request to the yearly disclosure: every book tells the same of a thousand calls.

Eight processes call at once under three grants; some are killed by the system among their calls and others
take their place; the charged grant is revoked while calls are under way. A stranger with the copy of the log
and one public key can check it.
"""

from __future__ import annotations

import json
import os
import random
import shutil
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select

from catalog.evidence.export import ENTRIES_FILE, export
from catalog.evidence.sequence import integrate
from catalog.evidence.verify import verify_export, verify_store
from catalog.keys import Ring, possession, register_party_key
from catalog.store import reading, writing
from catalog.store.tables.grants import grants
from catalog.store.tables.queries import receipts, reservations, usages
from policies.clocks import local_date
from space.calls import abandoned
from space.contracting import negotiating, signing
from space.contracting.contracts import by_id
from space.contracting.values import Side
from space.granting.grants import Grant
from space.granting.revocation import revoke
from space.money import statements
from space.money.reconcile import reconcile
from space.money.statement_check import check
from space.operation.disclosure import disclose
from tests.servers import moved_to_server
from tests.space.agreed import BODY
from tests.space.bureau import TRADE, Bureau, bureau, founded, pool
from tests.space.contracting.parties import new_key
from tests.stores import each_store

__all__ = ["bureau", "founded", "pool"]

pytestmark = pytest.mark.full

CALLS, PROCESSES = 1000, 8
# Between two kills, in seconds; how many there are in all.
PAUSE_S, KILLS = 1.5, 8
# A process that hangs is told from one that waits for its turn on a busy machine, in seconds.
ENDED_WITHIN_S = 300
ROWS = {"civil.population": ("id_card", "sex", "district", "income")}
PERSONS = {Side.PROVIDER: BODY["person"], Side.CONSUMER: "李强", Side.PLATFORM: "平台值班员"}
TERMS: dict[str, Any] = {
    "purpose": "industry.research",
    "datasets": [{"name": "market.firms", "columns": ["industry", "capital"]}],
    "valid_to": "2030-09-23",
    "calls": 100_000,
    "price_fen_per_call": 800,
    "in_charge": {"manager": PERSONS[Side.PROVIDER], "user": PERSONS[Side.CONSUMER]},
}


@dataclass
class Called:
    """The city after its month.

    Attributes:
        bureau: the installation.
        paid: the grant of the negotiated contract.
        revoked_at: instant of its revocation.
        said: what the processes said of their calls.
        killed: processes the system killed.
    """

    bureau: Bureau
    paid: Grant
    revoked_at: datetime
    said: list[dict[str, Any]]
    killed: int

    def count(self, *conditions: Any) -> int:
        """Usage rows."""
        return self.bureau.count(select(func.count()).select_from(usages).where(*conditions))


@pytest.fixture(params=each_store())
def city(request: pytest.FixtureRequest, bureau: Any) -> Iterator[Bureau]:
    """The bureau on either store, today."""
    if request.param == "postgresql" and not bureau.home.database_file.exists():
        bureau.engine = moved_to_server(bureau.home, bureau.engine, request.getfixturevalue("postgres"))
    bureau.clock.now = datetime.now(UTC)
    yield bureau
    bureau.engine.dispose()


def negotiated(city: Bureau) -> Grant:
    """A charged grant: offered at eight yuan, answered with five, accepted, signed by all three."""
    city.permitted(city.operator, TRADE)
    now, codes = city.clock(), {Side.PROVIDER: BODY["code"], Side.CONSUMER: city.operator["code"]}
    held = {side: new_key() for side in codes}
    words = {"why": "价格", "now": now}
    provider, consumer = ({"side": side, "by": PERSONS[side], **words} for side in codes)
    with writing(city.engine) as connection:
        for side, code in codes.items():
            register_party_key(
                connection, organisation=code, holder=PERSONS[side], public_pem=held[side].public_pem,
                proof=possession(held[side], code), valid_from=now, by="张磊", now=now,
            )  # fmt: skip
        made = negotiating.draft(connection, TERMS, to=codes[Side.CONSUMER], **provider)
        negotiating.offer(connection, made.id, **provider)
        negotiating.counter(connection, made.id, TERMS | {"price_fen_per_call": 500}, **consumer)
        negotiating.accept(connection, made.id, 2, **provider)
        for side in codes:
            signature = held[side].sign(signing.to_sign(by_id(connection, made.id), side))
            signing.sign(
                connection, made.id, side=side, by=PERSONS[side], key_id=held[side].key_id,
                signature=signature, now=now,
            )  # fmt: skip
        signer = city.keys.signer
        return signing.conclude(connection, signer, made.id, by=PERSONS[Side.PLATFORM], now=now)


def started(city: Bureau, held: dict[str, Grant], seed: int, folder: Path) -> subprocess.Popen[bytes]:
    """A process that calls, and writes what it says to a file."""
    named = json.dumps({which: (grant.id, grant.terms.purpose) for which, grant in held.items()})
    words = [city.operator["code"], city.department["code"], named, str(seed)]
    environment = os.environ | {"YBZ_HOME": str(city.home.root)}
    with (folder / f"{seed}.jsonl").open("wb") as out:
        return subprocess.Popen(
            [sys.executable, "-m", "tests.flow.calling", *words], stdout=out, env=environment
        )


def called(city: Bureau, folder: Path) -> Called:
    """A thousand calls, kills among them, and the revocation of the charged grant in their midst."""
    held = {"paid": negotiated(city), "free": city.granted(city.department, TRADE, calls=100_000)}
    city.permitted(city.operator, ROWS)
    held["verify"] = city.sign(city.operator, ROWS, analyses=["verify"], calls=100_000, price_fen_per_call=7)
    folder.mkdir()
    chance = random.Random(20261121)
    processes = [started(city, held, seed, folder) for seed in range(PROCESSES)]
    rows, killed = select(func.count()).select_from(usages), 0
    try:
        while (done := city.count(rows)) < CALLS:
            assert all(each.poll() is None for each in processes), "a process ended by itself"
            time.sleep(PAUSE_S)
            if killed < KILLS and done > killed * CALLS // KILLS:
                place = chance.randrange(PROCESSES)
                processes[place].send_signal(signal.SIGKILL)
                processes[place].wait()
                killed += 1
                processes[place] = started(city, held, PROCESSES + killed, folder)
        with writing(city.engine) as connection:
            revoke(connection, held["paid"].id, reason="期满清理", by="张磊", now=datetime.now(UTC))
        for process in processes:  # each ends with its next call under the grant
            assert process.wait(ENDED_WITHIN_S) == 0
    finally:
        for process in processes:
            process.kill()
    with reading(city.engine) as connection:
        ended = connection.execute(
            select(grants.c.ended_at).where(grants.c.id == held["paid"].id)
        ).scalar_one()
    said = [json.loads(line) for path in sorted(folder.iterdir()) for line in _whole(path)]
    return Called(city, held["paid"], ended, said, killed)


def _whole(path: Path) -> Sequence[str]:
    """Lines that were written to their end before the process was killed."""
    return path.read_text(encoding="utf-8").rpartition("\n")[0].splitlines()


def test_all_books_tell_the_same_and_a_stranger_can_check_them(city: Bureau, tmp_path: Path) -> None:
    done = called(city, tmp_path / "said")
    engine, signer = city.engine, city.keys.signer
    abandoned.sweep(engine, city.home, datetime.now(UTC) + timedelta(minutes=10))

    _calls_ended_as_they_should(done)
    counted = reconcile(engine, signer)
    assert counted.differences == []
    books = counted.to_document()
    assert books["calls"] == books["rows"] == done.count() >= CALLS
    assert books["billed"] == books["recomputed"] > 0
    assert books["open"] == 0

    month_after = _after_the_month(datetime.now(UTC))
    fen = _statement_agrees(done, month_after, tmp_path / "receipts")
    assert fen == books["billed"]
    _disclosure_agrees(done, fen)
    _evidence_is_whole_and_stands_alone(done, tmp_path / "copy")


def _calls_ended_as_they_should(done: Called) -> None:
    """What was said is in the rows; nothing is answered after the revocation."""
    assert done.killed == KILLS
    ended = Counter((each["way"], each["how"] == "answered") for each in done.said)
    assert all(ended[way, True] for way in ("paid", "free", "verify")), ended
    assert all(not ended[way, True] for way in ("refused", "wrong purpose", "foreign")), ended
    answered = usages.c.outcome.in_(("answered", "cached"))
    handed_out = sum(count for (_, fine), count in ended.items() if fine)
    # A killed process may have had its answer stored, and not have lived to say so.
    assert handed_out <= done.count(answered) <= handed_out + done.killed
    assert done.count(answered, usages.c.grant_id == done.paid.id, usages.c.at > done.revoked_at) == 0
    u = usages.c
    receipted = select(func.count()).select_from(receipts.join(usages, receipts.c.usage_id == u.id))
    assert done.bureau.count(receipted) == done.count(answered)
    states = select(reservations.c.state, func.count()).group_by(reservations.c.state)
    with reading(done.bureau.engine) as connection:
        by_state: dict[str, int] = dict(connection.execute(states).all())
    assert set(by_state) <= {"answered", "lost"}
    assert by_state.get("lost", 0) == done.count(u.outcome == "lost")


def _after_the_month(now: datetime) -> datetime:
    first = local_date(now).replace(day=1)
    return datetime(first.year + first.month // 12, first.month % 12 + 1, 2, tzinfo=UTC)


def _statement_agrees(done: Called, now: datetime, folder: Path) -> int:
    """The operator's own receipts, checked offline, give the statement's total; fen."""
    city, month = done.bureau, f"{local_date(datetime.now(UTC)):%Y-%m}"
    operator = city.operator["code"]
    with writing(city.engine) as connection:
        stated = statements.close(connection, city.keys.signer, operator, month, by="周敏", now=now)
        mine = dict(statements.receipts_of(connection, operator, month))
    folder.mkdir()
    for receipt_id, jws in mine.items():
        (folder / f"{receipt_id}.jws").write_text(jws, encoding="ascii")
    checked = check(stated, folder, Ring.single(city.keys.signer.public_raw))
    assert checked.differences == ()
    assert checked.stated_fen == checked.recomputed_fen
    return checked.stated_fen


def _disclosure_agrees(done: Called, fen: int) -> None:
    """The disclosure of the year counts the same calls and the same money."""
    city = done.bureau
    year = local_date(datetime.now(UTC)).year
    with writing(city.engine) as connection:
        _, told = disclose(
            connection, year, "operator", city.operator["code"], by="李强",
            now=datetime(year + 1, 3, 1, tzinfo=UTC),
        )  # fmt: skip
    figures = {each["code"]: each["value"] for each in told["figures"]}
    mine = usages.c.organisation == city.operator["code"]
    under = usages.c.grant_id.is_not(None)
    assert figures["calls"] == done.count(mine, usages.c.outcome.in_(("answered", "cached")))
    assert figures["calls_refused"] == done.count(mine, under, usages.c.outcome == "refused")
    assert figures["calls_lost"] == done.count(mine, usages.c.outcome == "lost")
    assert figures["income"] == f"{fen // 100}.{fen % 100:02d}"


def _evidence_is_whole_and_stands_alone(done: Called, folder: Path) -> None:
    """The log holds in the store, and in a copy with nothing but its folder and one public key."""
    city = done.bureau
    integrate(city.engine, city.keys.signer, datetime.now(UTC))
    with reading(city.engine) as connection:
        verdict = verify_store(connection, city.keys.signer.public_raw)
        assert (verdict.first_bad, verdict.pending) == (None, 0)
        assert export(connection, city.keys.signer, folder) == verdict.size
    elsewhere = shutil.copytree(folder, folder.with_name("elsewhere"))
    assert verify_export(elsewhere, city.keys.signer.public_raw).document() == verdict.document()
    entries = [json.loads(line) for line in (elsewhere / ENTRIES_FILE).read_text("utf-8").splitlines()]
    events = Counter(entry["leaf"]["event"] for entry in entries)
    answered = done.count(usages.c.outcome == "answered")
    assert events["space:query:answer"] + events["space:verification:answer"] == answered
