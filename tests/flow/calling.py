"""A process that calls under several grants until it is killed or its paid grant ends.

Says a line of JSON for every call that returned: which way it went, and how it ended.
"""

from __future__ import annotations

import json
import random
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from catalog.errors import StoreBusy
from catalog.home import Home
from catalog.keys import load
from catalog.store import open_store
from policies.decision import Deny
from space.calls.failing import AnswerLate
from space.engines.workers.pool import Pool
from space.errors import EngineError
from space.identity.tokens import Caller
from space.query.admit import Question
from space.query.gateway import Gateway
from space.verification.prepare import Asked
from space.verification.verifier import Verifier
from tests.space.bureau_contracts import identity

FIRMS = "SELECT industry, count(*) AS n FROM market.firms GROUP BY industry HAVING count(*) > {n}"
# Not in the language of the space; named by no grant.
REFUSED = (
    "SELECT uscc FROM market.firms",
    "SELECT count(*) AS n FROM civil.population",
    "DELETE FROM market.firms",
)


def main(operator: str, department: str, grants: dict[str, tuple[str, str]], seed: int) -> None:
    """Call until the paid grant answers no more.

    Args:
        operator: code of the operator.
        department: code of the department.
        grants: id and purpose of the ``paid``, the ``free`` and the ``verify`` grant.
        seed: of the choice of calls.
    """
    home, chance = Home.find(), random.Random(seed)
    engine, keys = open_store(home), load(home)

    def clock() -> datetime:
        return datetime.now(UTC)

    with Pool() as pool:
        gateway = Gateway(engine, home, keys.signer, pool, clock)
        verifier = Verifier(engine, home, keys, pool, clock)

        def ask(who: str, which: str, sql: str, purpose: str = "") -> Any:
            grant, own = grants[which]
            return gateway.ask(Caller(who), Question(grant, purpose or own, sql))

        def verify() -> Any:
            grant, purpose = grants["verify"]
            records = [
                {"id_card": identity(chance.randrange(300)), "sex": "女"} for _ in range(chance.randint(1, 4))
            ]
            return verifier.verify(Caller(operator), Asked(grant, purpose, "civil.population", records))

        ways: dict[str, Callable[[], Any]] = {
            "paid": lambda: ask(operator, "paid", FIRMS.format(n=chance.randrange(0, 30))),
            "free": lambda: ask(department, "free", FIRMS.format(n=chance.randrange(0, 30))),
            "verify": verify,
            "refused": lambda: ask(operator, "paid", chance.choice(REFUSED)),
            "wrong purpose": lambda: ask(operator, "paid", FIRMS.format(n=0), "governance.administration"),
            "foreign": lambda: ask(department, "paid", FIRMS.format(n=0)),
        }
        while True:
            way = chance.choices(tuple(ways), weights=(8, 4, 4, 2, 1, 1))[0]
            try:
                answer = ways[way]()
                how = answer.reasons[0].code if isinstance(answer, Deny) else "answered"
            except (AnswerLate, EngineError):  # the asker of the same was killed, or a worker came too late
                how = "lost"
            except StoreBusy:  # nothing was done: the caller is told to try again, and does
                how = "busy"
            print(json.dumps({"way": way, "how": how, "at": clock().isoformat()}), flush=True)
            if way == "paid" and how.startswith("grant."):
                return


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], json.loads(sys.argv[3]), int(sys.argv[4]))
