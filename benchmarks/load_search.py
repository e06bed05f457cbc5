"""Search over HTTP in a large ledger, less what any call costs, beside the query of the index alone.

Asked for the first time, where the server kept no answer, and asked again while nobody writes, where it did.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from hashlib import sha256
from itertools import cycle
from typing import Any, Final

import httpx
from sqlalchemy import Connection

from benchmarks.load_rates import durations_ms
from benchmarks.load_town import installation
from benchmarks.measure import Figure
from benchmarks.search import made as entries_made
from catalog.cataloging.entering import Acts, enter_all
from catalog.home import Home
from catalog.search.finding import find
from catalog.store import open_store, reading, writing
from contracts.model import Contract, ShareType, Sharing
from tests.e2e.process import served
from tests.space import bureau as town

# Entries of the ledger that is searched, and what is sought in it.
LEDGER: Final = 20_000
SOUGHT: Final = "养老"
# Entries that questions asked once may show: so many are kept with room to spare.
ENTRIES: Final = 3_000
PAGE: Final = 20


def figures(home: Home) -> Iterator[Figure]:
    """A search over HTTP less what any call costs, beside the query of the index alone; in a large ledger."""
    calls, engine = installation(home), open_store(home)
    acts = Acts(by="李四", reason="first entry", now=town.NOON)
    shared = Sharing(ShareType.UNCONDITIONAL)
    given = [(replace(each, sharing=shared), None) for each in entries_made(LEDGER)]
    with writing(engine) as connection:
        enter_all(connection, given, acts, submit=True, publish=True)
    who = calls["operator"]
    with served(home) as server, httpx.Client(timeout=60) as http, reading(engine) as connection:

        def call() -> object:
            return http.get(f"{server.address}/v1/datasets/{given[0][0].name}", headers=who)

        def over_http(words: str, limit: int = PAGE) -> Any:
            asked = {"q": words, "limit": limit}
            return http.get(f"{server.address}/v1/search", params=asked, headers=who).json()

        total = find(connection, SOUGHT).total
        assert over_http(SOUGHT)["total"] == total
        assert call().status_code == 200  # type: ignore[attr-defined]
        words = _wide(connection, given)
        for each in words:  # what is shown of their hits is known from now on, and no answer is
            assert len(over_http(each, PAGE + 1)["datasets"]) == PAGE + 1
        yield from _asked(lambda w, n: find(connection, w, limit=n), over_http, call, words)
        least, again, entry = durations_ms(lambda: find(connection, SOUGHT), lambda: over_http(SOUGHT), call)
        told = (
            f"the index's query alone, which finds {total:,} of {LEDGER:,}; the whole call {again:.2f} ms,"
            f" one that reads an entry {entry:.2f} ms; nobody writes meanwhile"
        )
        name = "search asked again over HTTP, less what a call costs"
        yield Figure(name, max(again - entry, 0.01), least, "ms", "≤ 1.3×", told)


def _asked(
    index: Callable[[str, int], object],
    over_http: Callable[[str, int], object],
    call: Callable[[], object],
    words: Sequence[str],
) -> Iterator[Figure]:
    """Searches none of which was asked before, of entries that were shown before."""
    every = [(word, limit) for limit in range(PAGE, 0, -1) for word in words]
    of_index, of_http = cycle(every), iter(every)  # of the index alone nothing is kept
    asked = 0

    def first() -> None:
        nonlocal asked
        asked += 1
        over_http(*next(of_http))

    least, whole, entry = durations_ms(lambda: index(*next(of_index)), first, call, turns=8, seconds=0.5)
    told = (
        f"the index's query alone, of the same questions: {asked:,}, none asked twice, of {len(words):,}"
        f" words; the whole call {whole:.2f} ms, one that reads an entry {entry:.2f} ms"
    )
    yield Figure("search over HTTP, less what a call costs", whole - entry, least, "ms", "≤ 1.3×", told)


def _wide(connection: Connection, given: Sequence[tuple[Contract, Any]]) -> list[str]:
    """Words of two characters that fill a page, as long as their pages show no more entries than are kept."""
    parts = (part for contract, _ in given for part in (contract.title, contract.department.name))
    pairs = Counter(part[at : at + 2] for part in parts for at in range(len(part) - 1))
    words, shown = list[str](), set[str]()
    for word, number in sorted(pairs.items(), key=lambda one: sha256(one[0].encode()).digest()):
        if number > PAGE and len(shown) < ENTRIES:
            page = {hit.name for hit in find(connection, word, limit=PAGE + 1).hits}
            if len(page) > PAGE:
                words.append(word)
                shown |= page
    return words
