"""How well the compiler reads labelled layouts: what it finds, binds, and rightly leaves alone."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from sqlalchemy import Engine

from space.wayback.forms.compiling.compiled import compile_workbook
from space.wayback.forms.compiling.items import Item
from tests.space.wayback.form_layouts import Layout, Truth, draw


@dataclass
class Measured:
    """Counts over blanks.

    Attributes:
        blanks: labelled blanks that ask for data; ``found``: those the compiler lists.
        elements: blanks with a standard element; ``bound``: bound to any; ``right``: to the right one.
        computable: blanks that follow from others; ``computed``: those the compiler says so of;
            ``claimed``: all it says so of.
        stray: places the compiler lists that hold no data.
        questions: items put to the issuer as a question.
        wrong: what went wrong, for whoever mends it.
    """

    blanks: int = 0
    found: int = 0
    elements: int = 0
    bound: int = 0
    right: int = 0
    computable: int = 0
    computed: int = 0
    claimed: int = 0
    stray: int = 0
    questions: int = 0
    wrong: list[str] = field(default_factory=list)

    @property
    def precision(self) -> float:
        """Of what was bound, the share bound rightly."""
        return self.right / self.bound if self.bound else 1.0

    @property
    def recall(self) -> float:
        """Of what has an element, the share bound rightly."""
        return self.right / self.elements if self.elements else 1.0


def measured(engine: Engine, layouts: Iterable[Layout], folder: Path, now: datetime) -> Measured:
    """Compile layouts and compare with their truth, blank by blank."""
    total = Measured()
    for layout in layouts:
        drawn = draw(layout, folder)
        compiled = compile_workbook(engine, drawn.path, now)
        if compiled.about != layout.subject:
            total.wrong.append(f"{layout.name}: about {compiled.about}, not {layout.subject}")
        at = {cell: item for item in compiled.items for cell in _cells(item)}
        _count(total, layout.name, drawn.truth, at)
        total.questions += sum(bool(item.question) for item in compiled.items)
    return total


def _cells(item: Item) -> list[str]:
    slot = f"#{item.blank.slot}" if item.blank.slot else ""
    return [f"{cell}{slot}" for cell in item.blank.cells]


def _count(total: Measured, name: str, truth: Mapping[str, Truth], at: Mapping[str, Item]) -> None:
    for cell, true in truth.items():
        item = at.get(cell)
        if true.no_data:
            if item is not None:
                total.stray += 1
                total.wrong.append(f"{name} {cell}: no data, read as {item.blank.label}")
            continue
        total.blanks += 1
        total.found += item is not None
        if item is None:
            total.wrong.append(f"{name} {cell}: not found ({true.element})")
        said = None if item is None else item.element
        _element(total, f"{name} {cell}", true, said, item)
        follows = item is not None and item.computed is not None
        total.computable += true.computed
        total.computed += true.computed and follows
        # What is computed although it also stands in a source is no fault.
        total.claimed += follows
        if true.computed and not follows:
            total.wrong.append(f"{name} {cell}: could be computed")
        # The number of a person says sex and birth date: to compute them from it is right.
        if follows and not true.computed and item is not None and item.element not in ("sex", "birth_date"):
            assert item.computed is not None
            total.wrong.append(f"{name} {cell}: said to follow as {item.computed.how}")


def _element(total: Measured, where: str, true: Truth, said: str | None, item: Item | None) -> None:
    loose = true.optional or (true.computed and not true.element)
    if true.element and not loose:
        total.elements += 1
    if said is None:
        if true.element and not loose:
            asked = "" if item is None else f", asked: {item.question or '-'} ({item.confidence:.2f})"
            label = "" if item is None else " / ".join(item.blank.path)
            total.wrong.append(f"{where}: {true.element} not bound, {label}{asked}")
        return
    if loose and (not true.element or said == true.element):
        return  # either is right, and neither is counted
    total.bound += 1
    if said == true.element:
        total.right += 1
    else:
        label = "" if item is None else " / ".join(item.blank.path)
        total.wrong.append(f"{where}: bound to {said}, true {true.element or 'none'} ({label})")
