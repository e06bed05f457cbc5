"""Resource codes 信息资源代码: which code a new entry gets.

Decides codes by a scheme; a scheme is chosen where entries are made. A code is given once: the
counter behind it only grows, steps over codes given elsewhere (:func:`reserve`), and nothing takes a
code back. The other scheme, the identifier of the data infrastructure, is :mod:`catalog.identifiers`.
The national registration code 登记码 is not made here: the registrar gives it, the ledger records it.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final, Protocol

from sqlalchemy import Connection, insert, select, update

from catalog.errors import CatalogError
from catalog.store.tables.ledger import code_counters, entries, reserved_codes
from policies.rulebook import rule

# 类 1 digit, 项 2, 目 3, 细目 of any length, a slash, 顺序码 of any length.
# Source: 政务信息资源目录编制指南（试行）.
RESOURCE_CODE: Final = re.compile(r"^[123]\d{2}\d{3}[0-9A-Z]*/\d+$")
# 目 of a class no city list divides further.
_UNDIVIDED: Final = "000"
# Digits of the sequence as printed; a longer number is printed whole.
_SEQUENCE_DIGITS: Final = 6
# Numbers a store can hold; a longer sequence is kept as text alone, no counter gets there.
_LARGEST: Final = 2**31
# Codes a statement asks for at once.
_PAGE: Final = 1000
# Class of a dataset whose contract names none: it is its department's own.
_DEPARTMENT: Final = "部门"


class UnknownClass(CatalogError):
    """A classification the code table does not have."""


class CodeTaken(CatalogError):
    """A code another entry has, or had."""


class Scheme(Protocol):
    """A way of numbering."""

    def front(self, kind: str) -> str:
        """What codes of a kind of thing begin with.

        Args:
            kind: in the words of the scheme: a classification, or the letter of a type.
        """

    def next_code(self, connection: Connection, kind: str) -> str:
        """A code nothing ever had.

        Args:
            connection: a writing transaction.
            kind: as for :meth:`front`.
        """


@dataclass(frozen=True, slots=True)
class GovernmentCatalogue:
    """The scheme of the government catalogue: 分类码/顺序码, without a check digit.

    Attributes:
        on: day whose code table applies.
    """

    on: date

    def front(self, classification: str) -> str:
        """The class code 分类码 of a classification such as ``基础/人口``.

        Raises:
            UnknownClass: the table has no such class or item.

        Source: 政务信息资源目录编制指南（试行）.
        """
        classes = rule("cataloguing", "resource_classes", self.on).value
        head, *rest = [part.strip() for part in re.split(r"[/／>]", classification or _DEPARTMENT)]
        entry = classes.get(head.removesuffix("类").removesuffix("信息资源"))
        if entry is None:
            raise UnknownClass(
                f"classification {classification!r} begins with none of {', '.join(classes)}"
                " — write it as 类/项, e.g. 基础/人口"
            )
        item = entry["items"].get(rest[0] if rest else "", entry.get("default"))
        if item is None:
            known = ", ".join(entry["items"])
            raise UnknownClass(f"classification {classification!r} has no known item — use one of {known}")
        return f"{entry['code']}{item}{_UNDIVIDED}"

    def next_codes(self, connection: Connection, classifications: Sequence[str]) -> tuple[str, ...]:
        """Codes no entry ever had, one a classification, in their order; some statements a class.

        Args:
            connection: a writing transaction.
            classifications: of the datasets.
        """
        fronts = [self.front(each) for each in classifications]
        given = {front: iter(_codes(connection, front, count)) for front, count in Counter(fronts).items()}
        return tuple(next(given[front]) for front in fronts)

    def next_code(self, connection: Connection, classification: str) -> str:
        """A code no entry ever had.

        Args:
            connection: a writing transaction.
            classification: of the dataset.
        """
        (code,) = self.next_codes(connection, [classification])
        return code


def reserve(connection: Connection, code: str) -> None:
    """Keep a code given elsewhere out of the counter's way; doing so again changes nothing.

    Args:
        connection: a writing transaction.
        code: as the other catalogue gave it. Of ``分类码/顺序码`` the number is taken, whatever the zeros
            before it: ``101000/7`` keeps ``101000/000007`` from being given, too.

    Raises:
        CodeTaken: this ledger gave its number already.
    """
    r, c = reserved_codes.c, code_counters.c
    if connection.execute(select(r.code).where(r.code == code)).first():
        return
    front, _, sequence = code.rpartition("/")
    number = int(sequence) if front and sequence.isascii() and sequence.isdigit() else None
    if number is not None and number < _LARGEST:
        last = connection.execute(select(c.last).where(c.front == front)).scalar() or 0
        twin = select(r.code).where(r.front == front, r.number == number)
        if 0 < number <= last and connection.execute(twin).first() is None:
            raise CodeTaken(f"{code} is given by this ledger already — keep the foreign code as an alias")
    else:
        number = None
    connection.execute(insert(reserved_codes).values(code=code, front=front, number=number))


def next_numbers(connection: Connection, front: str, count: int = 1) -> tuple[int, ...]:
    """The next numbers under a front that are neither given nor reserved.

    Args:
        connection: a writing transaction: nobody else counts meanwhile.
        front: what the codes begin with.
        count: how many.
    """
    c, r = code_counters.c, reserved_codes.c
    last = connection.execute(select(c.last).where(c.front == front)).scalar()
    number = last or 0
    ahead = select(r.number).where(r.front == front, r.number > number)
    taken = set(connection.execute(ahead).scalars())
    found: list[int] = []
    while len(found) < count:
        number += 1
        if number not in taken:
            found.append(number)
    if last is None:
        connection.execute(insert(code_counters).values(front=front, last=number))
    else:
        connection.execute(update(code_counters).where(c.front == front).values(last=number))
    return tuple(found)


def _codes(connection: Connection, front: str, count: int) -> list[str]:
    """Codes under a front; one that an entry was taken over with, unreserved, is stepped over as well."""
    found: list[str] = []
    while len(found) < count:
        made = [
            f"{front}/{number:0{_SEQUENCE_DIGITS}d}"
            for number in next_numbers(connection, front, count - len(found))
        ]
        assert all(RESOURCE_CODE.match(code) for code in made), "the scheme makes codes of its own form"
        had = _had(connection, made)
        found += [code for code in made if code not in had]
    return found


def _had(connection: Connection, codes: Sequence[str]) -> set[str]:
    """Which codes entries have."""
    found: set[str] = set()
    for start in range(0, len(codes), _PAGE):
        query = select(entries.c.code).where(entries.c.code.in_(codes[start : start + _PAGE]))
        found |= set(connection.execute(query).scalars())
    return found
