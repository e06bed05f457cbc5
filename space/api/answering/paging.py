"""Pages of lists: a cursor that says where the next page begins, a limit, and the form of the answer.

Decides that a list is in the order of its own key, so that what is added or removed meanwhile shifts no
page; that a cursor is opaque, names its list and is refused by another; and the most of one page. What is in
a list is its own room's matter.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from typing import Annotated, Any, Final

from fastapi import Depends, Query, Request
from fastapi.responses import Response

from catalog.keys.encoding import base64url, of_base64url
from catalog.store.parts import Part
from space.api.answering import negotiation
from space.errors import SpaceError

# Rows of a page where none is said, and the most; a choice of the interface.
USUAL: Final = 100
MOST: Final = 1000
# The largest whole number of a column.
_MOST_WHOLE: Final = 2**63 - 1


class NoCursor(SpaceError):
    """A cursor that no page of this list gave."""


@dataclass(frozen=True, slots=True)
class Listed:
    """One of several lists that are told side by side, from the first to the last.

    Attributes:
        rows: every row of it.
        key: fields of a row that order the list and tell a row from every other.
    """

    rows: Sequence[Mapping[str, Any]]
    key: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Paging:
    """What a request asks of a list.

    Attributes:
        limit: rows of a page.
        after: key of the row before the page; None for the first.
        path: of the list.
        address: with its filters, for the address of the next page.
        form: in which the rows are answered.
    """

    limit: int
    after: tuple[str, ...] | None
    path: str
    address: Any
    form: negotiation.Form

    def part(self, *kinds: type) -> Part:
        """The same as a statement reads it.

        Args:
            kinds: of the values of the list's key, in its order: ``datetime``, ``date``, ``int`` or ``str``.

        Raises:
            NoCursor: the cursor holds other values.
        """
        if self.after is None:
            return Part(None, self.limit)
        try:
            read = tuple(_READ[kind](text) for kind, text in zip(kinds, self.after, strict=True))
        except (ValueError, OverflowError):
            raise _no_cursor() from None
        return Part(read, self.limit)

    def parts(self, *keys: tuple[type, ...]) -> tuple[Part, ...]:
        """The same of lists that are told side by side, see :meth:`several`.

        Args:
            keys: kinds of the values of each list's key, in the lists' order.

        Raises:
            NoCursor: the cursor holds other values.
        """
        came = list(self.after or ())
        if self.after is not None and len(came) != sum(map(len, keys)):
            raise _no_cursor()
        made: list[Part] = []
        for kinds in keys:
            values, came = came[: len(kinds)], came[len(kinds) :]
            after = tuple(values) if any(values) else None
            made.append(replace(self, after=after).part(*kinds))
        return tuple(made)

    def answer(
        self,
        name: str,
        rows: Sequence[Mapping[str, Any]],
        *key: str,
        newest_first: bool = False,
        more: Mapping[str, Any] | None = None,
    ) -> Response:
        """One page of a list.

        Args:
            name: what the rows are called in JSON.
            rows: every row of the list, in any order; or those of :meth:`part`.
            key: fields of a row that order the list and tell a row from every other.
            newest_first: whether the order is from the last to the first.
            more: what else is told beside the rows, in JSON.
        """
        keyed = sorted(((_key(row, key), row) for row in rows), key=lambda one: one[0], reverse=newest_first)
        rest = keyed if self.after is None else [one for one in keyed if self._beyond(one[0], newest_first)]
        return self.parted(name, [row for _, row in rest], *key, more=more)

    def parted(
        self, name: str, rows: Sequence[Mapping[str, Any]], *key: str, more: Mapping[str, Any] | None = None
    ) -> Response:
        """One page of a list that a statement cut: its order is the statement's, whatever the store sorts by.

        Args:
            name: what the rows are called in JSON.
            rows: those of :meth:`part`, in their order.
            key: fields of a row that order the list and tell a row from every other.
            more: what else is told beside the rows, in JSON.
        """
        found = list(rows[: self.limit])
        over = len(rows) > self.limit
        following, headers = self._following(_key(found[-1], key)) if over else (None, {})
        return negotiation.answer(self.form, {name: found, "next": following, **(more or {})}, found, headers)

    def several(self, lists: Mapping[str, Listed]) -> Response:
        """One page of lists that are told side by side: so many rows of each, as long as it has more.

        Args:
            lists: what the rows of each are called in JSON → every row of it, or those of :meth:`parts`, and
                what orders it.
        """
        came, told = list(self.after or ()), {}
        where: list[str] = []
        if self.after is not None and len(came) != sum(len(each.key) for each in lists.values()):
            raise _no_cursor()
        over = False
        for name, each in lists.items():
            before = tuple(came[: len(each.key)])
            del came[: len(each.key)]
            keyed = sorted(((_key(row, each.key), row) for row in each.rows), key=lambda one: one[0])
            rest = [one for one in keyed if not before or one[0] > before]
            page, over = rest[: self.limit], over or len(rest) > self.limit
            where += page[-1][0] if page else before or ("",) * len(each.key)
            told[name] = [row for _, row in page]
        following, headers = self._following(tuple(where)) if over else (None, {})
        rows = [{"list": name, **row} for name, found in told.items() for row in found]
        return negotiation.answer(self.form, {**told, "next": following}, rows, headers)

    def _following(self, key: tuple[str, ...]) -> tuple[str, dict[str, str]]:
        """The cursor of the next page, and the header that links to it."""
        made = _cursor(self.path, key)
        address = self.address.include_query_params(cursor=made)
        return made, {"Link": f'<{address.path}?{address.query}>; rel="next"'}

    def _beyond(self, key: tuple[str, ...], newest_first: bool) -> bool:
        assert self.after is not None
        return key < self.after if newest_first else key > self.after


async def _paging(  # what waits for nothing needs no thread of its own
    request: Request,
    form: negotiation.Wanted,
    limit: Annotated[int, Query(ge=1, le=MOST, description="Rows of a page.")] = USUAL,
    cursor: Annotated[
        str | None, Query(max_length=1000, description="`next` of the page before; the first page without.")
    ] = None,
) -> Paging:
    path = request.url.path
    return Paging(limit, None if cursor is None else _read(path, cursor), path, request.url, form)


Page = Annotated[Paging, Depends(_paging)]


def _no_cursor() -> NoCursor:
    return NoCursor("this is no cursor of this list — take `next` of its page before, or leave it out")


def _instant(text: str) -> datetime:
    read = datetime.fromisoformat(text)
    if read.tzinfo is None:
        raise ValueError("an instant needs a time zone")
    return read.astimezone(UTC)  # one at the edge of time is no instant there


def _whole(text: str) -> int:
    read = int(text)
    if not -_MOST_WHOLE <= read <= _MOST_WHOLE:
        raise ValueError("a store holds no such number")
    return read


def _words(text: str) -> str:
    if "\0" in text:
        raise ValueError("a store holds no such text")
    text.encode()  # half a pair of surrogates is no text
    return text


# Kind of a value of a key → how it is read from a cursor.
_READ: Final[Mapping[type, Callable[[str], Any]]] = {
    datetime: _instant,
    date: date.fromisoformat,
    int: _whole,
    str: _words,
}


def _key(row: Mapping[str, Any], names: Sequence[str]) -> tuple[str, ...]:
    return tuple(_text(row.get(name)) for name in names)


def _text(value: Any) -> str:
    """Numbers sort as numbers: they are written with leading zeros."""
    if isinstance(value, bool) or value is None:
        return "" if value is None else str(value)
    return f"{value:020d}" if isinstance(value, int) else str(value)


def _cursor(path: str, key: tuple[str, ...]) -> str:
    text = json.dumps([path, *key], ensure_ascii=False, separators=(",", ":"))
    return base64url(text.encode())


def _read(path: str, cursor: str) -> tuple[str, ...]:
    wrong = _no_cursor()
    try:
        parts = json.loads(of_base64url(cursor).decode())
    except (ValueError, RecursionError):
        raise wrong from None
    if not isinstance(parts, list) or len(parts) < 2 or not all(isinstance(part, str) for part in parts):
        raise wrong
    if parts[0] != path:
        raise wrong
    return tuple(parts[1:])
