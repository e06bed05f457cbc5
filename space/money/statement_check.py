"""Checking a statement against one's own receipts, offline, with nothing but the public key.

Decides what must agree: every answer charged has a receipt here, every receipt of the month stands in the
statement, and every price follows from the agreed price, the tariff and what the receipt says was taken.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, Final

from catalog.keys import Ring
from policies.charging import Taken, Tariff
from policies.price_terms import Price
from policies.rulebook import RuleError
from space.calls.jws import SignatureInvalid
from space.calls.metering import GIVEN
from space.calls.pricing import Given, counted_from
from space.evaluation import credited
from space.money.receipts import answered
from space.money.signed import STATEMENT_TYPE, NotReadable, Signed, require

# Files of a folder that may hold receipts.
_ENDINGS: Final = (".jws", ".json", ".txt")


@dataclass(frozen=True, slots=True)
class Checked:
    """What the check found.

    Attributes:
        receipts: of the statement's grants and month, here.
        stated_fen: total of the statement.
        recomputed_fen: total of the receipts, each price computed anew.
        differences: one line each; empty where all agrees.
    """

    receipts: int
    stated_fen: int
    recomputed_fen: int
    differences: tuple[str, ...]

    def to_document(self) -> dict[str, Any]:
        """Plain JSON-able form."""
        return {
            "ok": not self.differences,
            "receipts": self.receipts,
            "stated": self.stated_fen,
            "recomputed": self.recomputed_fen,
            "differences": list(self.differences),
        }


def check(signed: Signed, folder: Path, ring: Ring) -> Checked:
    """Check a statement.

    Args:
        signed: the statement.
        folder: one's own receipts: files with the signed text, or the JSON an answer came in.
        ring: public keys of the installation.

    Raises:
        SignatureInvalid: the statement was not signed with such a key, or was changed since.
        NotReadable: it is no statement.
    """
    require(signed, ring, STATEMENT_TYPE)
    document, found = signed.document, list[str]()
    if document.get("type") != "statement":
        raise NotReadable("the file holds another document than a statement")
    sections = {section["grant"]: section for section in document["grants"]}
    mine: dict[str, Mapping[str, Any]] = {}
    for path, states, problem in _receipts(folder, ring):
        if problem is not None:
            found.append(f"{path.name}: {problem}")
        elif states is not None and _belongs(states, document):
            mine[str(states["id"])] = states
    found += _in_order(mine.values(), sections, document)
    recomputed = 0
    for receipt_id, states in sorted(mine.items()):
        price, problems = _priced(states, sections.get(states["grant"]), document)
        recomputed += price
        found += [f"receipt {receipt_id}: {problem}" for problem in problems]
    found += _missing(sections, mine)
    found += _totals(document, recomputed)
    found += [problem for each in document.get("results", ()) for problem in credited.problems(each)]
    return Checked(len(mine), int(document["total_fen"]), recomputed, tuple(found))


def _receipts(folder: Path, ring: Ring) -> Iterator[tuple[Path, Mapping[str, Any] | None, str | None]]:
    """Each file of the folder that holds a receipt: what it states, or why it does not count."""
    for path in sorted(each for each in folder.iterdir() if each.suffix in _ENDINGS and each.is_file()):
        text = _jws(path)
        if text is None:
            continue
        try:
            yield path, answered(text, ring), None
        except SignatureInvalid as error:
            yield path, None, str(error)


def _jws(path: Path) -> str | None:
    """The receipt in a file: its signed text, or the answer it came with; None where there is none."""
    try:
        text = path.read_text(encoding="utf-8").strip()
    except UnicodeDecodeError:
        return None
    if not text.startswith("{"):
        return text if text.count(".") == 2 else None
    try:
        held = json.loads(text)
    except (ValueError, RecursionError):
        return None
    held = held.get("receipt", held)
    found = held.get("jws") if isinstance(held, dict) else None
    return found if isinstance(found, str) else None


def _belongs(states: Mapping[str, Any], document: Mapping[str, Any]) -> bool:
    """Whether a receipt is of the statement's organisation, month and scope."""
    use = states.get("use") or {}
    return (
        states["holder"] == document["organisation"]["code"]
        and str(use.get("day", ""))[:7] == document["month"]
        and document["scope"] in ("organisation", states["grant"])
    )


def _priced(
    states: Mapping[str, Any], section: Mapping[str, Any] | None, document: Mapping[str, Any]
) -> tuple[int, list[str]]:
    """The price of a receipt computed anew, and what is wrong with it."""
    if section is None:
        return int(states["price_fen"]), ["its grant is not on the statement"]
    problems = []
    use, day = states["use"], date.fromisoformat(states["use"]["day"])
    stated = [call for call in section["calls"] if call[2] == states["id"]]
    if not stated:
        problems.append("it is not on the statement")
    elif stated[0][1:] != [use["outcome"], states["id"], states["price_fen"], states["evidence"]]:
        problems.append("the statement says something else of it")
    if states["terms"] != section["terms"]:
        problems.append("it is of other terms than those of the statement")
    in_force = _tariff(document, use["day"])
    if in_force is None:
        return int(states["price_fen"]), [*problems, "the statement names no tariff of its day"]
    agreed = Price.from_document(section["price"])
    taken = Taken(
        use["product"], int(use["calls"]), use["outcome"] == "answered", use["size_class"], use["cells"],
        int(use["before"]),
    )  # fmt: skip
    price = in_force.charge(section["purpose_class"], agreed, taken, day).fen
    if price != states["price_fen"]:
        problems.append(f"its price is {states['price_fen']} fen, the tariff gives {price}")
    return price, problems


def _tariff(document: Mapping[str, Any], day: str) -> Tariff | None:
    """The tariff a statement names for a day."""
    try:
        return next(Tariff.from_document(one["tariff"]) for one in document["tariffs"] if day in one["days"])
    except (StopIteration, RuleError):
        return None


def _in_order(
    receipts: Iterable[Mapping[str, Any]],
    sections: Mapping[str, Mapping[str, Any]],
    document: Mapping[str, Any],
) -> Iterator[str]:
    """Each grant's receipts of the month follow one another, each counted from those before it."""
    by_grant: dict[str, list[Mapping[str, Any]]] = {}
    for states in receipts:
        if states["grant"] in sections:  # one that is not on the statement is told by its price
            by_grant.setdefault(states["grant"], []).append(states)
    for grant, some in by_grant.items():
        agreed = Price.from_document(sections[grant]["price"])
        given: dict[str, Given] = {}
        for place, states in enumerate(sorted(some, key=lambda each: int(each["use"]["place"])), start=1):
            use, in_force = states["use"], _tariff(document, states["use"]["day"])
            if use["place"] != place:
                yield f"receipt {states['id']}: it is number {use['place']} of its month, number {place} here"
                break
            counted = (
                None if in_force is None else counted_from(in_force.agreed(agreed), given, use["product"])
            )
            if counted is not None and counted != use["before"]:
                yield f"receipt {states['id']}: its price is not counted from the receipts before it"
            former = given.get(use["product"], Given(0, 0))
            given[use["product"]] = Given(former.answers + 1, former.calls + int(use["calls"]))


def _missing(sections: Mapping[str, Mapping[str, Any]], mine: Mapping[str, Mapping[str, Any]]) -> list[str]:
    found = []
    for section in sections.values():
        for usage, outcome, receipt, price_fen, _leaf in section["calls"]:
            if outcome in GIVEN and receipt not in mine:
                found.append(f"call {usage}: its receipt {receipt} is not here ({price_fen} fen)")
            elif outcome not in GIVEN and price_fen:
                found.append(f"call {usage}: {price_fen} fen are asked for a call that was {outcome}")
    return found


def _totals(document: Mapping[str, Any], recomputed: int) -> list[str]:
    found = []
    for section in document["grants"]:
        lines = sum(line["amount_fen"] for line in section["lines"])
        calls = sum(call[3] for call in section["calls"])
        if not lines == calls == section["amount_fen"]:
            found.append(f"grant {section['grant']}: lines, calls and amount differ ({lines}, {calls} fen)")
    if sum(section["amount_fen"] for section in document["grants"]) != document["total_fen"]:
        found.append("the total is not the sum of the grants")
    if recomputed != document["total_fen"]:
        found.append(f"the total is {document['total_fen']} fen, the receipts give {recomputed}")
    return found
