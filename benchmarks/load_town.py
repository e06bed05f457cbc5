"""The town the load program asks: who calls it, and what they say."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from hashlib import sha256
from itertools import permutations
from typing import Any, Final

from catalog.cataloging.entering import Acts, catalogue_all
from catalog.home import Home
from catalog.keys import load
from catalog.store import create_store, writing
from policies.access import Role
from space.engines.workers.pool import Pool
from space.identity.tokens import issue
from space.wayback.backflow.bodies import Body, register
from tests.space import bureau as town
from tests.space.bureau_contracts import CONTRACTS, POPULATION, identity

# Half of the mixture's searches are of these, which many ask; the others are each asked once.
WORDS: Final = ("人口", "企业", "空气", "登记", "常住人口")
STREET: Final = "440106001000"
# More questions than are asked in any run.
_ONCE: Final = 20_000


def _once() -> list[str]:
    """Questions that find something in the town, each another: three runs of characters of one contract."""
    made: dict[str, None] = {}
    for contract in CONTRACTS:
        texts = (contract.title, contract.department.name, *(one.business_name for one in contract.fields))
        runs = {
            text[at : at + size] for text in texts for size in (2, 3, 4) for at in range(len(text) - size + 1)
        }
        made |= {" ".join(three): None for three in permutations(sorted(runs), 3)}
    return sorted(made, key=lambda one: sha256(one.encode()).digest())[:_ONCE]


def installation(home: Home) -> dict[str, Any]:
    """A small town with a grant to ask, one to verify, and a street; what its callers say."""
    engine, keys = create_store(home), load(home)
    acts = Acts(by="李四", reason="first entry", now=town.NOON, assessment="PIA-2026-1")
    catalogue_all(engine, [(contract, None) for contract in CONTRACTS], acts)
    for contract in CONTRACTS:
        town._publish(home, engine, keys, contract)
    with Pool() as pool:
        bureau = town.Bureau(home, engine, keys, pool)
        asked = bureau.granted(town.OPERATOR, town.PEOPLE, calls=10_000_000)
        items = {POPULATION.name: ("id_card", "sex", "district", "income")}
        bureau.permitted(town.DEPARTMENT, items)
        verified = bureau.sign(town.DEPARTMENT, items, analyses=["verify"], calls=10_000_000)
    now = datetime.now(UTC)
    register(engine, Body(STREET, "云湖街道", STREET), now - timedelta(days=1))
    with writing(engine) as connection:
        tokens = {
            name: issue(connection, code, role=role, by="张磊", days=1, now=now).secret
            for name, code, role in (
                ("operator", town.OPERATOR["code"], Role.CLIENT),
                ("department", town.DEPARTMENT["code"], Role.CLIENT),
                ("street", STREET, Role.CLIENT),
            )
        }
    sql = "SELECT district, count(*) AS persons FROM civil.population GROUP BY district"
    return {
        **{name: {"Authorization": f"Bearer {secret}"} for name, secret in tokens.items()},
        "words": WORDS,
        "once": _once(),
        "dataset": POPULATION.name,
        "query": {"grant": asked.id, "purpose": asked.terms.purpose, "sql": sql},
        "verification": {
            "grant": verified.id, "purpose": verified.terms.purpose, "dataset": POPULATION.name,
        },
        "records": [{"id_card": identity(number), "sex": "男"} for number in range(60)],
    }  # fmt: skip
