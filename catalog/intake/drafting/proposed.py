"""Standard elements a drafted field may follow: which are adopted, which only proposed.

Decides from the scores of :mod:`contracts.proposals`. An element is adopted where its score is high and
a sample of the values keeps its rules, so that naming it breaks no row; every other one is listed with
its evidence for a person.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Final

import pyarrow as pa
import pyarrow.compute as pc

from catalog.intake.drafting.evidence import Guess
from contracts.cast import NULL_MARKERS
from contracts.elements import elements
from contracts.model import Field
from contracts.proposals import Proposal, propose

# Score from which on an element is adopted, and below which it is not worth a steward's time.
ADOPTED: Final = 0.8
LISTED: Final = 0.5
# The same where the heading does not speak for it: values alone fit many lists by chance.
LISTED_UNNAMED: Final = 0.75
# Different values an element is judged by.
SAMPLE: Final = 300
# Proposals a description names.
NAMED: Final = 2


def elements_for(heading: str, values: pa.ChunkedArray, guess: Guess) -> tuple[Proposal, ...]:
    """Elements a column may follow, best first, those not worth a look left out.

    Args:
        heading: as printed.
        values: all of the column.
        guess: of its type.
    """
    if guess.cleaning:
        sample: list[str] = []  # cells are not the values yet
    else:
        distinct = pc.unique(values.slice(0, 20_000).drop_null())
        nothing = {*NULL_MARKERS, *guess.nulls}
        step = max(1, len(distinct) // SAMPLE)
        sample = [v for v in distinct.to_pylist()[::step][:SAMPLE] if v not in nothing]
    found = propose(heading, sample, type=guess.type)
    return tuple(p for p in found if p.score >= (LISTED if "name" in p.evidence else LISTED_UNNAMED))


def with_element(field: Field, found: tuple[Proposal, ...]) -> Field:
    """A field that follows the best element where it is sure, its description naming the others.

    Args:
        field: as drafted.
        found: elements it may follow, best first.
    """
    if not found:
        return field
    best = found[0]
    rival = found[1] if len(found) > 1 else None
    clear = rival is None or rival.score < best.score or bool(best.evidence.get("name") == 1.0)
    element = elements().get(best.element)
    sure = best.score >= ADOPTED and best.follows and clear and element is not None
    if sure and element is not None and element.type is field.type:
        text = f"{field.description} Element {best.element} {element.name} adopted, {told(best)}."
        return replace(field, element=best.element, description=text)
    listed = "; ".join(f"{p.element} {name_of(p)}, {told(p)}" for p in found[:NAMED])
    return replace(field, description=f"{field.description} Element proposed: {listed}.")


def told(proposal: Proposal) -> str:
    """Score and evidence of a proposal in words.

    >>> told(Proposal("sex", 0.93, {"name": 1.0, "values in code list": "98 %"}))
    'score 0.93 (name 1.0, values in code list 98 %)'
    """
    evidence = ", ".join(f"{what} {share}" for what, share in proposal.evidence.items())
    follows = "" if proposal.follows else "; its values do not keep the rules yet"
    return f"score {proposal.score:.2f}" + (f" ({evidence}{follows})" if evidence or follows else "")


def name_of(proposal: Proposal) -> str:
    """What the element of a proposal is called; empty where it is the city's own."""
    element = elements().get(proposal.element)
    return element.name if element is not None else ""
