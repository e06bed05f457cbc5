"""Resource codes 信息资源代码: which code a new entry gets.

Decides codes by a scheme; a scheme is chosen where entries are made. A code is given once: the
counter behind it only grows, and nothing takes a code back. The national registration code 登记码 is
not made here: the registrar gives it, the ledger records it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from typing import Final

from sqlalchemy import Connection, insert, update

from catalog.errors import CatalogError
from catalog.store.tables.ledger import code_counters
from policies.rulebook import rule

# 类 1 digit, 项 2, 目 3, 细目 of any length, a slash, 顺序码 of any length.
# Source: 政务信息资源目录编制指南（试行）.
RESOURCE_CODE: Final = re.compile(r"^[123]\d{2}\d{3}[0-9A-Z]*/\d+$")
# 目 of a class no city list divides further.
_UNDIVIDED: Final = "000"
# Digits of the sequence as printed; a longer number is printed whole.
_SEQUENCE_DIGITS: Final = 6
# Class of a dataset whose contract names none: it is its department's own.
_DEPARTMENT: Final = "部门"


class UnknownClass(CatalogError):
    """A classification the code table does not have."""


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

    def next_code(self, connection: Connection, classification: str) -> str:
        """A code no entry ever had.

        Args:
            connection: a writing transaction.
            classification: of the dataset.
        """
        front = self.front(classification)
        number = _count_up(connection, front)
        code = f"{front}/{number:0{_SEQUENCE_DIGITS}d}"
        assert RESOURCE_CODE.match(code), "the scheme makes codes of its own form"
        return code


def _count_up(connection: Connection, front: str) -> int:
    counted = connection.execute(
        update(code_counters)
        .where(code_counters.c.front == front)
        .values(last=code_counters.c.last + 1)
        .returning(code_counters.c.last)
    ).scalar_one_or_none()
    if counted is None:
        connection.execute(insert(code_counters).values(front=front, last=1))
        return 1
    return int(counted)
