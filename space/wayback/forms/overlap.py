"""What a form asks again 统采共用: compared with the ledger and with the forms that are asked already.

Decides, item by item, whether somebody has it: by the standard element, by the name and its synonyms, or
perhaps, by a like title. It is shown to the issuer before admission; what becomes of the form is decided
by people.

Source: 政务数据共享条例 Art 19 (what can be had by sharing is not collected again).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any, Final, Literal

from sqlalchemy import Connection, select

from catalog import revisions
from catalog.standards import life
from catalog.store.tables.forms import forms
from contracts.elements_index import SYNONYM, Index, folded, index_of, standard_index
from contracts.model import Contract
from policies.clocks import local_date
from policies.rulebook import rule
from space.wayback.forms.bindings import bind, key_of
from space.wayback.forms.definition import Form

State = Literal["prefilled", "computed", "again", "perhaps", "new"]
How = Literal["element", "name", "alike"]
# Places shown of one item; the first say enough.
MOST_SHOWN: Final = 5
_ORDER: Final = {"element": 0, "name": 1, "alike": 2}


@dataclass(frozen=True, slots=True)
class Held:
    """A place that has an item already.

    Attributes:
        place: ``schema.table.field`` or ``form:CODE.item``.
        who: the department that answers for it, or asks it.
        how: what it was recognised by.
    """

    place: str
    who: str
    how: How


@dataclass(frozen=True, slots=True)
class Compared:
    """An item of the form and who has it.

    Attributes:
        state: ``prefilled`` or ``computed``: nobody types it; ``again``: it would be typed although it is
            there; ``perhaps``: something of a like name is there; ``new``: nobody has it.
    """

    item: str
    title: str
    element: str
    state: State
    held: tuple[Held, ...]


@dataclass(frozen=True, slots=True)
class Overlap:
    """A form compared.

    Attributes:
        form: code.
        items: in the form's order.
        alike: code of another form → share of this form's items it asks or shows too.
    """

    form: str
    items: tuple[Compared, ...]
    alike: Mapping[str, float]

    @property
    def counts(self) -> dict[str, int]:
        """Items in each state, and all."""
        states = [one.state for one in self.items]
        return {"items": len(states)} | {
            state: states.count(state) for state in ("prefilled", "computed", "again", "perhaps", "new")
        }  # fmt: skip

    @property
    def share_again(self) -> float:
        """Share of the items that should not be asked again."""
        return self.counts["again"] / len(self.items) if self.items else 0.0

    def to_document(self) -> dict[str, Any]:
        """Plain JSON-able form."""
        items = [asdict(one) | {"held": [asdict(each) for each in one.held]} for one in self.items]
        alike = dict(self.alike)
        return {
            "form": self.form,
            **self.counts,
            "share_again": self.share_again,
            "list": items,
            "alike": alike,
        }


@dataclass(frozen=True, slots=True)
class _Known:
    """An item somebody has."""

    place: str
    who: str
    title: str
    element: str


def overlap_of(connection: Connection, form: Form, now: datetime) -> Overlap:
    """Compare a form with the ledger and with the other forms in force.

    Args:
        connection: to read with.
        form: as asked for.
        now: aware instant.
    """
    on = local_date(now)
    own = life.in_force(connection, on)
    index = index_of(own) if own else standard_index()
    alike = float(rule("forms", "overlap/alike", on).value)
    bound = bind(connection, form, on).form
    known = [*_of_ledger(connection, form.subject_kind), *_of_forms(connection, form)]
    listed = [(one, folded(one.title), standard(one.element, one.title, index)) for one in known]
    found = []
    for item in bound.items:
        element = standard(item.element, item.title, index)
        held = _held(item.title, element, listed, alike)
        state: State = "prefilled" if item.dataset else "computed" if item.compute else _state(held)
        found.append(Compared(item.name, item.title, element, state, held[:MOST_SHOWN]))
    return Overlap(form.code, tuple(found), _alike(bound, found, listed))


def standard(element: str, title: str, index: Index) -> str:
    """The standard element an item is: the one it names, or the only one its title is a name of."""
    if element:
        return element
    named = [code for code, weight in index.names.get(folded(title), ()) if weight >= SYNONYM]
    return named[0] if len(named) == 1 else ""


def _state(held: Sequence[Held]) -> State:
    if not held:
        return "new"
    return "perhaps" if held[0].how == "alike" else "again"


def _held(
    title: str, element: str, known: Sequence[tuple[_Known, str, str]], alike: float
) -> tuple[Held, ...]:
    name, found = folded(title), list[Held]()
    for one, other, standard_ in known:
        how: How | None = None
        if element and standard_ == element:
            how = "element"
        elif other == name:
            how = "name"
        elif not (element and standard_) and _likeness(name, other) >= alike:
            how = "alike"
        if how is not None:
            found.append(Held(one.place, one.who, how))
    return tuple(
        sorted(found, key=lambda each: (_ORDER[each.how], each.place.startswith("form:"), each.place))
    )


def _likeness(one: str, other: str) -> float:
    """Share of the two-character pieces of the shorter title that the longer has."""
    pieces = [{text[at : at + 2] for at in range(len(text) - 1)} for text in (one, other)]
    shorter, longer = sorted(pieces, key=len)
    # Of a title of two characters one piece says nothing.
    return len(shorter & longer) / len(shorter) if len(shorter) > 1 else 0.0


def _of_ledger(connection: Connection, kind: str) -> Iterator[_Known]:
    """Fields of published datasets about the same kind of subject; what identifies it is no item."""
    for revision in revisions.all_current(connection, states=[revisions.PUBLISHED]):
        contract: Contract = revision.contract
        if contract.area is None or key_of(contract, kind) is None:
            continue
        for field in contract.fields:
            if field.unit is None:
                place, who = f"{contract.name}.{field.name}", contract.department.name
                yield _Known(place, who, field.business_name, field.element or "")


def _of_forms(connection: Connection, form: Form) -> Iterator[_Known]:
    """Items other forms in force ask by hand about the same kind of subject."""
    f = forms.c
    query = select(f.code, f.issuer, f["items"].label("asked")).where(
        f.subject_kind == form.subject_kind, f.code != form.code, f.ended_on.is_(None),
        f.valid_to >= form.valid_from,
    )  # fmt: skip
    for row in connection.execute(query.order_by(f.code)):
        for item in row.asked:
            if not item.get("dataset") and not item.get("compute"):
                place = f"form:{row.code}.{item['name']}"
                yield _Known(place, row.issuer, item["title"], item.get("element", ""))


def _alike(
    form: Form, compared: Sequence[Compared], listed: Sequence[tuple[_Known, str, str]]
) -> dict[str, float]:
    """How much of the form each other form asks by hand, the most alike first."""
    names = {folded(item.title) for item in form.items}
    elements = {one.element for one in compared if one.element}
    shared: dict[str, int] = {}
    for one, name, element in listed:
        if one.place.startswith("form:") and (name in names or element in elements):
            code = one.place.removeprefix("form:").partition(".")[0]
            shared[code] = shared.get(code, 0) + 1
    ordered = sorted(shared.items(), key=lambda each: (-each[1], each[0]))
    return {code: count / len(form.items) for code, count in ordered if form.items}
