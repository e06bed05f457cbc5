"""What is said of one blank: it exists, it follows, another form asks it, or it must be asked.

Decides between them in that order, and what is not sure enough and becomes a question to the issuer.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Final

from contracts.elements import Element
from contracts.elements_index import folded
from space.wayback.forms.compiling.binding import Meaning
from space.wayback.forms.compiling.computing import Computed, Draft, computed
from space.wayback.forms.compiling.items import Asked, Extra, Item, Other
from space.wayback.forms.compiling.labels import Label
from space.wayback.forms.compiling.sources import Ledger, Place, Sourced, place_of
from space.wayback.forms.compiling.words import Words

HEAD: Final = "household_head"
_BIRTH: Final = "birth_of_subject"
_OF_HOUSEHOLD: Final = "户主"


@dataclass(frozen=True, slots=True)
class Case:
    """What every blank of a form is judged by.

    Attributes:
        held: the ledger.
        about: what the form is about.
        head: the field that says who heads a household; None where the form is about none.
        others: what other forms in force have typed by hand.
        words: of the day.
    """

    held: Ledger
    about: str
    head: Place | None
    others: tuple[Other, ...]
    words: Words


@dataclass(frozen=True, slots=True)
class _Found:
    """A source, and whether its row is about the head of the household."""

    sourced: Sourced
    through_head: bool = False


def item_of(draft: Draft, drafts: Sequence[Draft], case: Case) -> Item:
    """What is said of one blank.

    Args:
        draft: the blank with what its label means.
        drafts: all of the form.
        case: what it is judged by.
    """
    said, found = draft.meaning, _source(draft, case)
    source, rivals = found.sourced.place, found.sourced.others
    follows = None if source is not None else computed(draft, drafts, case.about, case.words)
    asked = () if source is not None or follows is not None else tuple(_asked(draft, case))
    sure = min(said.confidence, found.sourced.confidence) if source is not None else said.confidence
    via = HEAD if found.through_head and source is not None else ""
    made = Item(
        draft.blank, draft.name, said.element, draft.scope, draft.role, source, follows, asked, sure, via=via
    )
    if follows is not None:
        return _following(made, follows, case.words)
    if rivals:
        places = tuple(f"{place.dataset}.{place.field}" for place in rivals)
        question = "several datasets have it: which answers?"
        return replace(
            made, confidence=min(sure, found.sourced.confidence), proposals=places, question=question
        )
    if source is not None and sure < case.words.bind:
        place = f"{source.dataset}.{source.field}"
        return replace(made, source=None, via="", proposals=(place,), question=f"is it {place}?")
    if said.proposals and said.element is None and not said.fields:
        named = tuple(f"{code} {_title(case.held, code)}".strip() for code, _ in said.proposals)
        return replace(made, proposals=named, question=f"is it {named[0]}?")
    return made


def linked(items: Sequence[Item], case: Case) -> tuple[tuple[Item, ...], tuple[Extra, ...]]:
    """The items with what they are found through, and what no blank shows of it.

    Args:
        items: of the form.
        case: what they were judged by.
    """
    extras: list[Extra] = []
    made = list(items)
    head = case.head
    if head is not None and any(each.via == HEAD for each in made):
        shown = next((each for each in made if each.source == head), None)
        if shown is None:
            extras.append(Extra(HEAD, "户主身份号码", head))
        made = [replace(e, via=shown.name) if shown is not None and e.via == HEAD else e for e in made]
    ages = [e for e in made if e.computed is not None and e.computed.how == "age" and not e.computed.compute]
    ages = [each for each in ages if each.scope in ("subject", "roster") and not each.role]
    if ages and (birth := _birth(case)) is not None:
        via = ""
        if case.about == "household":
            via = next((each.via for each in made if each.via), "")
            if not via and head is not None:
                extras.append(Extra(HEAD, "户主身份号码", head))
                via = HEAD
        extras.append(Extra(_BIRTH, "出生日期", birth, via))
        formula = f"age({_BIRTH})"
        made = [replace(e, computed=replace(e.computed, compute=formula)) if e in ages and e.computed else e
                for e in made]  # fmt: skip
    return tuple(made), tuple(extras)


def subjects_of(items: Sequence[Item], held: Ledger) -> tuple[str, str] | None:
    """Whom the form is filled for: a dataset about its matter first, then the one most items come from."""
    sourced = [each.source for each in items if each.source is not None and not each.via
               and each.scope in ("subject", "roster")]  # fmt: skip
    counted: dict[tuple[str, str], int] = {}
    for place in sourced:
        counted[place.dataset, place.key] = counted.get((place.dataset, place.key), 0) + 1
    if not counted:
        return None
    return max(sorted(counted), key=lambda pair: (pair[0] in held.topical, counted[pair]))


def _birth(case: Case) -> Place | None:
    meaning = Meaning(Label("出生日期", ("出生日期",)), "birth_date", (), 1.0)
    return place_of(case.held, meaning, "person", case.words).place


def _following(item: Item, follows: Computed, words: Words) -> Item:
    item = replace(item, confidence=follows.confidence)
    if follows.confidence >= words.bind:
        return item
    reads = "、".join(follows.reads) or "other items"
    return replace(item, question=f"does it follow as {follows.how} from {reads}?")


def _title(held: Ledger, code: str) -> str:
    element: Element | None = held.index.library.get(code)
    return "" if element is None else element.name


def _source(draft: Draft, case: Case) -> _Found:
    said, about = draft.meaning, case.about
    if (said.element is None and not said.fields) or draft.scope in ("area", "several"):
        return _Found(Sourced())
    if draft.scope == "members":
        if about != "household" or draft.role:
            return _Found(Sourced())
        return _Found(place_of(case.held, said, "person", case.words, rows_of="household"))
    if draft.role and not (draft.role == _OF_HOUSEHOLD and about == "household"):
        return _Found(Sourced())
    found = place_of(case.held, said, about, case.words)
    if about != "household" or case.head is None or found.place is not None or found.others:
        return _Found(found)
    if said.element == "resident_id":
        return _Found(Sourced(case.head, case.words.source_worth["only"]))
    return _Found(place_of(case.held, said, "person", case.words), through_head=True)


def _asked(draft: Draft, case: Case) -> Iterator[Asked]:
    if draft.scope not in ("subject", "roster"):
        return
    mine = {folded(each) for each in draft.meaning.label.spellings}
    element = draft.meaning.element
    for other in case.others:
        same = bool(element) and not draft.role and other.element == element
        if other.subject == case.about and (same or other.title in mine):
            yield other.asked
