"""The access matrix as people read it: one table, and the page of the documentation.

Decides nothing; what it prints is what :func:`policies.access.may` says, cell by cell.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from policies.access import Act, Relation, Role
from policies.access_matrix import acts, reach, roles
from space.access import doors

# One letter a relation, in the order of the relations.
LETTERS: Final = {
    Relation.OWN: "o",
    Relation.PARENT: "p",
    Relation.CHILD: "c",
    Relation.SIBLING: "s",
    Relation.FOREIGN: "f",
}
ALL: Final = "all"
BEGIN: Final = "<!-- the matrix begins -->"
END: Final = "<!-- the matrix ends -->"


def cell(role: Role, act: Act) -> str:
    """Towards whom a role may do an act: letters of relations, ``all``, or nothing."""
    found = reach(role, act)
    return ALL if len(found) == len(Relation) else "".join(LETTERS[each] for each in found)


def table() -> str:
    """The matrix as one table, a line an act and a column a role."""
    wide = max(len(act.value) for act in Act)
    heads = [f"{number:2} {role.value} {roles()[role].zh}" for number, role in enumerate(Role, 1)]
    head = " " * wide + "".join(f"{number:5}" for number in range(1, len(heads) + 1))
    lines = [
        f"{act.value:{wide}}" + "".join(f"{cell(role, act):>5}" for role in Role) + f"  {acts()[act].zh}"
        for act in Act
    ]
    key = ", ".join(f"{letter} {relation.value}" for relation, letter in LETTERS.items())
    return "\n".join([*heads, f"{key}; {ALL}: towards anybody; blank: never", "", head, *lines, ""])


def page() -> str:
    """The part of ``docs/access.md`` that is printed from the rules."""
    return "\n".join([BEGIN, *_roles(), "", *_acts(), "", *_doors(), END, ""])


def _roles() -> Iterator[str]:
    yield "| # | role | 角色 | who | includes |"
    yield "|---|---|---|---|---|"
    for number, role in enumerate(Role, 1):
        of = roles()[role]
        included = ", ".join(f"`{each.value}`" for each in of.includes)
        yield f"| {number} | `{role.value}` | {of.zh} | {of.en} | {included} |"


def _acts() -> Iterator[str]:
    yield (
        "| act | 行为 | what is done | " + " | ".join(str(n) for n in range(1, len(Role) + 1)) + " | basis |"
    )
    yield "|---|---|---|" + ":-:|" * len(Role) + "---|"
    for act in Act:
        of = acts()[act]
        cells = " | ".join(cell(role, act) for role in Role)
        yield f"| `{act.value}` | {of.zh} | {of.en} | {cells} | {of.basis} |"


def _doors() -> Iterator[str]:
    yield "| act | endpoints | commands |"
    yield "|---|---|---|"
    for act in Act:
        behind = [
            ", ".join(f"`{each.name}`" for each in found.values() if each.act is act)
            for found in (doors.endpoints(), doors.commands())
        ]
        yield f"| `{act.value}` | {behind[0]} | {behind[1]} |"
