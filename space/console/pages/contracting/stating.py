"""The terms of an offer as a form: everything that can be agreed, filled with what was offered last.

Decides the form only. A value that does not read is handed on as it was typed: whether it may stand is the
interface's to say.
"""

from __future__ import annotations

import copy
import math
from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal, InvalidOperation
from typing import Any, Final

from nicegui import ui

from space.console.pages.contracting import words
from space.console.pages.contracting.changes import Names
from space.console.parts.words import Words, heading
from space.console.seats import Seat

Columns = Mapping[str, Sequence[Mapping[str, Any]]]

# Key of a term → how it is written, where that is not plain.
_HINTS: Final[Mapping[str, words.Pair]] = {
    "calls": ("整个期限内最多调用多少次", "over the whole term"),
    "price_fen_per_call": ("元；没有价款写 0", "yuan; 0 where free"),
    "budget.window": ("例如 0.05/week", "such as 0.05/week"),
    "hours": ("每行一个时段，例如 Mon-Fri 08:30-17:30", "a line each, such as Mon-Fri 08:30-17:30"),
    "networks": ("每行一段地址，例如 10.20.0.0/16", "a line each, such as 10.20.0.0/16"),
    "rates": ("每行一项，例如 60/minute、2000/day", "a line each, such as 60/minute"),
    "volumes": ("每行一项，例如 100000 rows/month", "a line each, such as 100000 rows/month"),
    "breach": ("每行一项，例如 scope 5/day: suspend", "a line each, such as scope 5/day: suspend"),
    "joins": ("每行一项：甲表.列 = 乙表.列", "a line each: a.b.field = c.d.field"),
    "prices": ("每行一个产品及其价格", "a line each: a product and its price"),
    "tiers": ("每行一档", "a line each"),
    "retention.days": ("不限留存就两格都留空", "leave both empty for no limit"),
}  # fmt: skip
_WHOLE: Final = ("calls", "max_rows", "disclosure.k", "disclosure.rounding_base", "retention.days",
                 "retention.proof_days")  # fmt: skip
_FRACTIONS: Final = ("disclosure.dominance_share", "disclosure.p_percent", "budget.rho",
                     "budget.rho_per_query", "budget.delta")  # fmt: skip
_DAYS: Final = ("valid_from", "valid_to")
_LINES: Final = ("joins", "hours", "networks", "rates", "volumes", "breach", "prices", "tiers")
_CHOICES: Final = {"mode": words.MODES, "release_period": words.PERIODS}
_FEN: Final = "price_fen_per_call"
# Characters of a whole number or an amount, and of a fraction as it is written out; what is longer is no term
# of a contract, and is handed on as no number.
_LONGEST: Final = 16
_LONGEST_FRACTION: Final = 30
# Heading → the terms under it; those of the last are seldom changed.
_SECTIONS: Final[Sequence[tuple[words.Pair, Sequence[str]]]] = (
    (("期限、次数和价款", "Term, calls and price"),
     ("valid_from", "valid_to", "calls", "max_rows", _FEN)),
    (("使用条件", "Conditions of use"),
     ("hours", "networks", "rates", "volumes", "retention.days", "retention.proof_days", "breach")),
    (("负责人", "Persons in charge"), ("in_charge.manager", "in_charge.user")),
)  # fmt: skip
_SELDOM: Final = (
    "mode", "release_period", "budget.rho", "budget.rho_per_query", "budget.delta", "budget.window",
    "disclosure.k", "disclosure.dominance_share", "disclosure.p_percent", "disclosure.rounding_base",
    "joins", "prices", "trial_fee", "tiers",
)  # fmt: skip


class TermsForm:
    """The form over one document of terms."""

    def __init__(
        self, seat: Seat, terms: Mapping[str, Any], offered: Mapping[str, Sequence[str]], names: Names
    ) -> None:
        """A form.

        Args:
            seat: of whoever writes.
            terms: a complete document, to begin with.
            offered: dataset → columns that may be ticked, those of the terms among them.
            names: of datasets and columns.
        """
        self._seat, self._terms, self._offered, self._names = seat, terms, offered, names
        self._fields: dict[str, Any] = {}
        self._columns: dict[str, dict[str, ui.checkbox]] = {}
        self._areas: dict[str, Any] = {}
        self._analyses: dict[str, ui.checkbox] = {}

    def build(self, changed: Callable[[], Any]) -> None:
        """Put it into the page.

        Args:
            changed: called when a value was.
        """
        say = self._seat.say
        with ui.element("section").classes("ybz-panel ybz-op-form"):
            heading(say("开放哪些数据项", "What is opened"))
            for one in self._terms["datasets"]:
                self._dataset(one)
            with ui.element("fieldset").classes("ybz-items"):
                Words("legend", words.called(say, words.TERMS, "analyses"))
                for code, pair in words.ANALYSES.items():
                    ticked = code in self._terms["analyses"]
                    self._analyses[code] = ui.checkbox(say(*pair), value=ticked)
        for title, keys in _SECTIONS:
            with ui.element("section").classes("ybz-panel ybz-op-form"):
                heading(say(*title))
                with ui.element("div").classes("ybz-two"):
                    self._put(keys)
        with ui.element("details").classes("ybz-panel ybz-op-form"):
            Words(
                "summary",
                say("保护方式、隐私预算、连接和产品价格", "Protection, budget, joins, prices of products"),
            )
            with ui.element("div").classes("ybz-two"):
                self._put(_SELDOM)
        for made in self._every():
            # A text is compared once it is written, not at every key.
            made.on_value_change(changed) if isinstance(made, ui.checkbox) else made.on("change", changed)
            if isinstance(made, ui.select):
                made.on_value_change(changed)

    def document(self) -> dict[str, Any]:
        """The whole, as it stands in the form; what is empty is not stated."""
        made = copy.deepcopy(dict(self._terms))
        for one in made["datasets"]:
            boxes = self._columns[one["name"]]
            kept = [column for column in one["columns"] if boxes[column].value]
            one["columns"] = kept + [
                column for column, box in boxes.items() if box.value and column not in kept
            ]
            _state(one, "region", str(self._areas[one["name"]].value or "").strip())
        made["analyses"] = sorted(code for code, box in self._analyses.items() if box.value)
        for key, field in self._fields.items():
            outer, _, inner = key.rpartition(".")
            held = made.setdefault(outer, {}) if outer else made
            _state(held, inner, _read(key, str(field.value or "").strip()))
            if outer and not held:
                del made[outer]
        return made

    def _every(self) -> list[Any]:
        boxes = [box for each in self._columns.values() for box in each.values()]
        return [*boxes, *self._analyses.values(), *self._areas.values(), *self._fields.values()]

    def _dataset(self, one: Mapping[str, Any]) -> None:
        say, name = self._seat.say, str(one["name"])
        with ui.element("fieldset").classes("ybz-items"):
            Words("legend", self._names.get(name, name))
            self._columns[name] = {
                column: ui.checkbox(
                    self._names.get(f"{name}.{column}", column), value=column in one["columns"]
                )
                for column in self._offered[name]
            }
            label = words.called(say, words.TERMS, "region")
            self._areas[name] = _plain(label, str(one.get("region", "")), _region_hint(say))
            if one.get("where"):
                Words(
                    "p", say("另有一个行条件，照原样保留。", "A condition on rows stays as it is.")
                ).classes("ybz-fine")

    def _put(self, keys: Sequence[str]) -> None:
        say = self._seat.say
        for key in keys:
            outer, _, inner = key.rpartition(".")
            held: Mapping[str, Any] = self._terms.get(outer, {}) if outer else self._terms
            label, hint = words.called(say, words.TERMS, key), _HINTS.get(key)
            value = _written(key, held.get(inner))
            if key in _CHOICES:
                choices = {code: say(*pair) for code, pair in _CHOICES[key].items()}
                self._fields[key] = ui.select(choices, label=label, value=value)
                self._fields[key].props("outlined stack-label dense").classes("ybz-wide")
            else:
                self._fields[key] = _plain(
                    label, value, say(*hint) if hint else "", long=key in _LINES, day=key in _DAYS
                )


def _plain(label: str, value: str, hint: str, *, long: bool = False, day: bool = False) -> Any:
    made = (ui.textarea if long else ui.input)(label, value=value)
    made.props("outlined stack-label dense").classes("ybz-wide")
    if long:
        made.props("autogrow")
    if day:
        made.props("type=date")
    if hint:
        made.props["hint"] = hint
    return made


def _region_hint(say: Any) -> str:
    return str(say("只开放这个区域的行；全部就留空", "only rows of this area; empty for all"))


def _written(key: str, value: Any) -> str:
    """A value as it is typed.

    >>> _written("price_fen_per_call", 150), _written("rates", ["60/minute", "500/day"])
    ('1.5', '60/minute\\n500/day')
    """
    if value is None:
        return ""
    if key == _FEN:
        return f"{Decimal(value) / 100:f}"
    return "\n".join(map(str, value)) if isinstance(value, list) else str(value)


def _read(key: str, text: str) -> Any:
    """What was typed, as the interface takes it; None where it states nothing.

    >>> _read("price_fen_per_call", "1.50"), _read("rates", "60/minute\\n"), _read("calls", "many")
    (150, ['60/minute'], 'many')
    """
    if not text:
        return None
    if key in _LINES:
        return [line.strip() for line in text.splitlines() if line.strip()] or None
    if len(text) > _longest(key, text):
        return f"{text[:_LONGEST]}…"
    if key == _FEN:
        return _fen(text)
    if key in _WHOLE:
        return int(text) if text.isascii() and text.isdigit() else text
    if key in _FRACTIONS:
        try:
            number = float(text)
        except ValueError:
            return text
        return number if math.isfinite(number) else text
    return text


def _longest(key: str, text: str) -> int:
    """How long a text of this term may be; any length where it is no number."""
    if key in _FRACTIONS:
        return _LONGEST_FRACTION
    return _LONGEST if key == _FEN or key in _WHOLE else len(text)


def _fen(text: str) -> int | str:
    """An amount in yuan as whole fen; as it was typed where it is none.

    >>> _fen("0.5"), _fen("1e999998"), _fen("0.001")
    (50, '1e999998', '0.001')
    """
    # An exponent would make a number of any length of a few characters.
    if "e" in text.casefold():
        return text
    try:
        fen = Decimal(text) * 100
    except InvalidOperation:
        return text
    return int(fen) if fen.is_finite() and fen == fen.to_integral_value() else text


def _state(held: dict[str, Any], key: str, value: Any) -> None:
    if value in (None, ""):
        held.pop(key, None)
    else:
        held[key] = value
