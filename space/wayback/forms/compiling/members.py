"""The persons of households, for the rows of a member table.

Decides their order: the head first where one is known, then by birth. Persons of other areas are not
shown. Each row shown leaves a posting, as every prefilled row does.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import Connection, Engine

from catalog import keys
from catalog.evidence import record
from catalog.home import Home
from catalog.keys import row_reference
from catalog.store import writing
from contracts.codes import canonical_id
from policies.clocks import local_date
from policies.showing import showing
from space.wayback.backflow.authoritative import Source, as_text, source
from space.wayback.forms.compiling.sidecar import Entry
from space.wayback.forms.looking import rows_in_area
from space.wayback.recall.postings import Posting, post_all


@dataclass(frozen=True, slots=True)
class Member:
    """A person of a household.

    Attributes:
        dataset: it stands in.
        reference: keyed reference of its row.
        release: id.
        texts: item of a column → value, identity numbers masked.
        fields: item of a column → field.
    """

    dataset: str
    reference: str
    release: str
    texts: Mapping[str, str | None]
    fields: Mapping[str, str]


def members_of(
    home: Home,
    engine: Engine,
    entries: Sequence[Entry],
    households: Sequence[str],
    filler: tuple[str, str],
    now: datetime,
) -> dict[str, tuple[Member, ...]]:
    """The persons of some households in an area.

    Args:
        home: the installation.
        engine: its store.
        entries: of the columns of a member table, with their sources.
        households: canonical identifiers.
        filler: code of the body and its area.
        now: aware instant.

    Returns:
        Household → its persons; empty where no column has a source.
    """
    entry = _leading(entries)
    if entry is None:
        return {}
    mine = [each for each in entries if (each.dataset, each.key) == (entry.dataset, entry.key)]
    ages = tuple(each.name for each in entries if each.how == "age")
    body, area = filler
    with writing(engine) as connection:
        found = source(connection, entry.dataset)
        made = {
            household: tuple(persons)
            for household, persons in _read(home, found, (mine, ages), households, area, now).items()
        }
        _post(connection, made, body, now)
    return made


def _leading(entries: Sequence[Entry]) -> Entry | None:
    """The source most columns have; one row is one person of one dataset."""
    counted = Counter((each.dataset, each.key) for each in entries if each.dataset)
    if not counted:
        return None
    best = max(sorted(counted), key=lambda pair: counted[pair])
    return next(each for each in entries if (each.dataset, each.key) == best)


def _read(
    home: Home,
    found: Source,
    asked: tuple[Sequence[Entry], Sequence[str]],
    households: Sequence[str],
    area: str,
    now: datetime,
) -> dict[str, list[Member]]:
    contract, rules = found.contract, showing(local_date(now))
    entries, ages = asked
    fields = {each.name: each.field for each in entries}
    key, secret = entries[0].key, keys.load(home).pseudonym
    born = next((f.name for f in contract.fields if f.element == "birth_date" or f.name == "birth_date"), "")
    wanted = (*fields.values(), key, *((born,) if born else ()))
    rows = rows_in_area(home, found, area, wanted, (key, list(households)))
    rows.sort(key=lambda row: (as_text(row[born]) or "" if born else "", str([row[k] for k in contract.key])))
    made: dict[str, list[Member]] = defaultdict(list)
    for row in rows:
        household = canonical_id("household", as_text(row[key]))
        if household is None:
            continue
        texts = {}
        for name, field in fields.items():
            value, mask = as_text(row[field]), rules.in_form(contract.field(field))
            texts[name] = mask.apply(value) if mask and value is not None else value
        day = row[born] if born else None
        texts |= {name: str(age_on(day, local_date(now))) for name in ages if isinstance(day, date)}
        reference = row_reference(secret, contract.name, {k: row[k] for k in contract.key})
        made[household].append(Member(contract.name, reference, found.release.id, texts, fields))
    return made


def age_on(born: date, on: date) -> int:
    """Whole years from a day of birth to a day."""
    return on.year - born.year - ((on.month, on.day) < (born.month, born.day))


def _post(connection: Connection, made: Mapping[str, tuple[Member, ...]], body: str, now: datetime) -> None:
    shown = [member for persons in made.values() for member in persons]
    if not shown:
        return
    told = {"body": body, "dataset": shown[0].dataset, "rows": len(shown)}
    evidence = record(connection, event="form:member:prefill", subject=body, body=told, now=now)
    post_all(connection, list(_postings(shown, body, evidence)), now=now)


def _postings(shown: Sequence[Member], body: str, evidence: str) -> Iterator[Posting]:
    for member in shown:
        fields = tuple(dict.fromkeys(member.fields.values()))
        yield Posting("prefill", member.dataset, member.reference, fields, member.release, body, evidence)
