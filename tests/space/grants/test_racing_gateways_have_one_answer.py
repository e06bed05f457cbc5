"""Two racing equal queries, from threads and processes: one answer, one reservation, one charge each."""

from __future__ import annotations

import subprocess
import sys
import threading
from typing import Any

import pytest
from sqlalchemy import func, select

from catalog.store.tables.queries import reservations
from space.identity.tokens import Caller
from space.query.answered import Answered
from space.verification.prepare import Asked
from space.verification.verifier import Verified, Verifier
from tests.space.bureau_contracts import identity
from tests.space.grants.books import closed

pytestmark = pytest.mark.full

BY_DISTRICT = "SELECT district, count(*) AS n FROM civil.population GROUP BY district"
NAMED = {"civil.population": ("id_card", "sex", "district", "income")}
# Asks one question through a gateway of its own.
ASKER = """
import sys
from datetime import UTC, datetime
from catalog.home import Home
from catalog.keys import load
from catalog.store import open_store
from space.engines.workers.pool import Pool
from space.identity.tokens import Caller
from space.query.admit import Question
from space.query.gateway import Gateway
grant, purpose, who, sql = sys.argv[1:5]
home = Home.find()
with Pool() as pool:
    now = datetime(2026, 9, 24, 4, tzinfo=UTC)
    made = Gateway(open_store(home), home, load(home).signer, pool, lambda: now)
    given = made.ask(Caller(who), Question(grant, purpose, sql))
    print(given.receipt_id, sorted(map(str, given.table.to_pylist())), sep="|")
"""


def start(held: Any) -> subprocess.Popen[str]:
    """A gateway in a process of its own, with one question."""
    words = [sys.executable, "-c", ASKER, held.id, held.terms.purpose, held.grantee, BY_DISTRICT]
    return subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def test_one_query_asked_by_many_at_once_has_one_answer_and_one_reservation(busy: Any) -> None:
    held = busy.held(busy.people)
    got: list[Answered] = []
    elsewhere = [start(held) for _ in range(2)]
    threads = [threading.Thread(target=lambda: got.append(busy.ask(held, BY_DISTRICT))) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    told = [process.communicate(timeout=120) for process in elsewhere]

    assert [process.returncode for process in elsewhere] == [0, 0], told
    answers = {str(sorted(map(str, one.table.to_pylist()))) for one in got}
    answers |= {out.strip().partition("|")[2] for out, _ in told}
    assert len(answers) == 1, "noise was drawn more than once"
    assert busy.count(select(func.count()).select_from(reservations)) == 1
    assert busy.row(held).nrho_spent == 10_000_000
    assert closed(busy).outcomes() == {"answered": 1, "cached": 5}
    assert busy.row(held).charged_fen == 6 * 500, "six calls were answered, each with its receipt"


def test_one_batch_verified_by_many_at_once_is_read_from_the_vault_once(bureau: Any) -> None:
    bureau.permitted(bureau.department, NAMED)
    held = bureau.sign(bureau.department, NAMED, analyses=["verify"])
    records = [{"id_card": identity(n), "sex": "男"} for n in range(3)]
    asked, got = Asked(held.id, held.terms.purpose, "civil.population", records), []
    verifier = Verifier(bureau.engine, bureau.home, bureau.keys, bureau.pool, bureau.clock)

    def verify() -> None:
        got.append(verifier.verify(Caller(held.grantee), asked))

    threads = [threading.Thread(target=verify) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert {one.outcomes for one in got if isinstance(one, Verified)} == {("match", "mismatch", "match")}
    assert sorted(one.repeated for one in got) == [False, True, True, True]
    assert closed(bureau).outcomes() == {"answered": 1, "cached": 3}
    assert bureau.row(held).calls_used == 12
