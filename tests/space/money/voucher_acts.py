"""Acts on data vouchers, chosen at random: by one process after the other, or by several at once."""

from __future__ import annotations

import os
import random
from collections import Counter
from datetime import datetime
from typing import Any

from sqlalchemy import Engine, select

from catalog.home import Home
from catalog.store import open_store, reading, writing
from catalog.store.tables.money import invoices, voucher_batches, voucher_firms, voucher_spendings, vouchers
from space.errors import Refused
from space.money import voucher_spending as spending
from space.money import vouchers as room

PARTS = ("unissued_fen", "unclaimed_fen", "unspent_fen", "spent_fen", "expired_fen")
ACTS = ("issue", "claim", "spend", "back", "back_spent", "expire")


def act(engine: Engine, name: str, batch: str, firm: str, pick: int, now: datetime) -> str:
    """Do one act on something ``pick`` chooses; what became of it."""
    with reading(engine) as connection:
        every = room.all_vouchers(connection, batch_id=batch)
        bills = connection.execute(
            select(invoices.c.number, invoices.c.payer).order_by(invoices.c.number)
        ).all()
    # Mostly what may succeed, now and then anything.
    fits = name == "spend" and pick % 5
    held = [v.id for v in every if not fits or (v.firm, v.state) == (firm, "claimed")]
    numbers = [bill.number for bill in bills if not fits or bill.payer == firm]
    one = held[pick % len(held)] if held else "vch_none"
    number = numbers[pick % len(numbers)] if numbers else "none"
    try:
        with writing(engine) as connection:
            _do(connection, name, batch, firm, one, number, pick, now)
    except Refused as refused:
        return refused.decision.reasons[0].code
    except room.Unknown:
        return "unknown"
    return "done"


def _do(
    connection: Any, name: str, batch: str, firm: str, one: str, number: str, pick: int, now: datetime
) -> None:
    if name == "issue":
        room.issue(connection, batch, count=1 + pick % 3, face_fen=100 + pick % 400, by="周敏", now=now)
    elif name == "claim":
        room.claim(connection, batch, firm, by="周敏", now=now)
    elif name == "spend":
        spending.spend(connection, one, number, firm, by="周敏", now=now)
    elif name == "expire":
        spending.expire(connection, by="周敏", now=now)
    else:
        spending.take_back(connection, one, reason="核查", spent=name == "back_spent", by="周敏", now=now)


def conserved(engine: Engine, batch: str) -> dict[str, int]:
    """The five parts of a batch, found to hold its budget, and vouchers, caps and payments to fit them."""
    with reading(engine) as connection:
        of = connection.execute(select(voucher_batches).where(voucher_batches.c.id == batch)).one()
        held = connection.execute(select(vouchers).where(vouchers.c.batch_id == batch)).all()
        firms = connection.execute(select(voucher_firms).where(voucher_firms.c.batch_id == batch)).all()
        paid = connection.execute(select(voucher_spendings)).all()
        bills = connection.execute(select(invoices)).all()
    parts = {part: of._mapping[part] for part in PARTS}
    assert sum(parts.values()) == of.budget_fen, "value came about or was lost"
    assert min(parts.values()) >= 0
    assert all(v.left_fen + v.spent_fen + v.ended_fen == v.face_fen for v in held)
    assert parts["unclaimed_fen"] == sum(v.left_fen for v in held if v.state == "issued")
    assert parts["unspent_fen"] == sum(v.left_fen for v in held if v.state != "issued")
    assert (
        parts["spent_fen"] == sum(v.spent_fen for v in held) == sum(p.amount_fen - p.back_fen for p in paid)
    )
    assert all(0 <= f.claimed_fen <= of.cap_fen for f in firms)
    uses = Counter((p.voucher_id, p.number) for p in paid)
    assert all(times == 1 for times in uses.values()), "a voucher paid one invoice twice"
    for bill in bills:
        mine = sum(p.amount_fen - p.back_fen for p in paid if p.number == bill.number)
        assert bill.voucher_fen == mine <= bill.total_fen * of.share_percent // 100
    return parts


def race(root: str, batch: str, firms: tuple[str, ...], seed: int, times: int, at: str, told: Any) -> None:
    """Many acts of one process among several; puts what became of them into ``told``."""
    os.environ["YBZ_HOME"] = root
    engine, now, chance = open_store(Home.find()), datetime.fromisoformat(at), random.Random(seed)
    done: Counter[str] = Counter()
    for _ in range(times):
        name = chance.choice(("issue", "claim", "claim", "spend", "spend", "spend", "back", "back_spent"))
        done[f"{name} {act(engine, name, batch, chance.choice(firms), chance.randrange(50), now)}"] += 1
    told.put(dict(done))
    engine.dispose()
