"""Whether a field keeps the rules of the element it names.

Decides what contradicts an element (another type, another check digit) and what loosens it (values
outside its code list, a wider length or range, a pattern that takes more). A field may always be
stricter. What it inherits is :mod:`contracts.elements`'s.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache
from types import MappingProxyType
from typing import Any, Final

from contracts.elements import Element, UnknownElement, elements
from contracts.errors import ContractError
from contracts.model import Field, FieldType, Use

# What a careless pattern takes: probed beside the examples of the whole library.
_PROBES: Final = (
    "",
    "0",
    "1",
    "99",
    "A",
    "a",
    "x1",
    "123456",
    "12345678901234567890",
    "某",
    "某某某",
    "-",
    " ",
)
_NARROWER: Final = {(FieldType.INTEGER, FieldType.NUMBER), (FieldType.DATE, FieldType.TIMESTAMP)}


class ElementConflict(ContractError):
    """A field contradicts or loosens the element it names."""


def agree(target: Field, *, own: Mapping[str, Element] | None = None) -> None:
    """Refuse a field that does not keep the rules of its element.

    Args:
        target: a field of a contract.
        own: the city's own elements by code; None = not at hand, so that they are not judged.

    Raises:
        UnknownElement: its element is neither in the library nor among ``own``.
        ElementConflict: it contradicts or loosens the element; the first such point.
    """
    for what, remedy in conflicts(target, own=own):
        raise ElementConflict(what, where=target.name, remedy=remedy)


def conflicts(target: Field, *, own: Mapping[str, Element] | None = None) -> Iterator[tuple[str, str]]:
    """What a field does against its element, each with its remedy; nothing where it names none.

    Raises:
        UnknownElement: its element is neither in the library nor among ``own``.
    """
    code = target.element
    if code is None or ("." in code and own is None):
        return
    element = elements().get(code) or (own or MappingProxyType({})).get(code)
    if element is None:
        what = f"there is no data element {code}"
        if "." in code:
            what += " in force"
        raise UnknownElement(
            what, where=target.name, remedy="name one that `ybz elements` or `ybz standard list` shows"
        )
    if target.type is not element.type:
        if (target.type, element.type) not in _NARROWER:
            yield (
                f"is a {target.type} where the element {code} is a {element.type}",
                f"set logicalType: {element.type}, or remove element",
            )
        return
    yield from _values(target, element)
    yield from _bounds(target, element)


def _values(target: Field, element: Element) -> Iterator[tuple[str, str]]:
    code = element.code
    outside = [value for value in target.allowed if element.codes and value not in element.codes]
    if outside:
        labels = set(element.codes.values())
        yield (
            f"allows {len(outside)} value(s) that are not in the code list of {code}",
            f"map labels to codes in a cleaning step and allow codes only; `ybz elements show {code}`"
            if any(any(label.startswith(value) for label in labels) for value in outside)
            else f"allow values of the list only; `ybz elements show {code}`",
        )
    if element.check and target.check not in (None, element.check):
        yield f"checks {target.check} where the element {code} checks {element.check}", "remove check"
    if element.check and target.check is None and (target.pattern or target.allowed):
        yield (
            f"states values of its own and so loses the check digit of {code}",
            f"add check: {element.check}",
        )
    if element.codes and target.pattern and not target.allowed:
        yield (
            f"states a pattern and so loses the code list of {code}",
            "remove pattern, or list the allowed codes",
        )
    if element.pattern and target.pattern and _takes_more(target.pattern, element.pattern):
        yield f"has a pattern that takes more than the one of {code}", "make it stricter, or remove it"


def _bounds(target: Field, element: Element) -> Iterator[tuple[str, str]]:
    code = element.code
    stated = target.min_length is not None or target.max_length is not None
    if stated and element.max_length is not None and (target.max_length or 10**9) > element.max_length:
        yield (
            f"may be longer than the {element.max_length} characters of {code}",
            f"set maxLength: {element.max_length} or less",
        )
    if stated and element.min_length is not None and (target.min_length or 0) < element.min_length:
        yield (
            f"may be shorter than the {element.min_length} characters of {code}",
            f"set minLength: {element.min_length} or more",
        )
    if target.use is Use.MEASURE or (target.minimum is None and target.maximum is None):
        return  # a measure's bounds are its public ones
    for name, bound, least in (
        ("minimum", element.minimum, target.minimum),
        ("maximum", element.maximum, target.maximum),
    ):
        if bound is not None and (least is None or _beyond(name, least, bound)):
            yield f"goes beyond the {name} of {code}", f"set {name}: {bound}"


def _beyond(name: str, value: Any, bound: Any) -> bool:
    if isinstance(value, str) or isinstance(bound, str):
        value, bound = str(value), str(bound)
    return bool(value < bound if name == "minimum" else value > bound)


def _takes_more(pattern: str, standard: str) -> bool:
    """Whether some probe passes ``pattern`` and not ``standard``; what no probe shows is not seen.

    Both are asked by RE2, as at landing: its time grows with the text alone, whatever the pattern.
    """
    import pyarrow as pa
    import pyarrow.compute as pc

    probes = pa.array(_probes(), pa.string())
    try:
        mine, theirs = (pc.match_substring_regex(probes, pattern=each) for each in (pattern, standard))
    except pa.ArrowInvalid:
        return True  # what RE2 does not read is judged by nobody
    return bool(pc.any(pc.and_not(mine, theirs)).as_py())


@cache
def _probes() -> tuple[str, ...]:
    known = [text for element in elements().values() for text in (*element.examples, *element.codes)]
    return tuple(dict.fromkeys((*_PROBES, *known)))
