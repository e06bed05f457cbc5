"""What an item 信息项 is: a standard element × the subject its values are about.

Decides the subject of a field: its own unit kind where it identifies one; else the kind the rows are about;
else, where rows are about no unit, what the contract says the dataset is about.
"""

from __future__ import annotations

from dataclasses import dataclass

from catalog.errors import CatalogError
from contracts.model import Contract, Field


class NoSuchItem(CatalogError):
    """The dataset has no field that follows the element, or more than one could be meant."""


@dataclass(frozen=True, slots=True)
class Item:
    """An item, and the field a dataset has of it.

    Attributes:
        element: code of the standard element.
        subject: ``person``, ``household``, ``enterprise``, another unit kind, or the dataset's subject.
        dataset: ``schema.table``.
        field: of that dataset.
        department, department_code: who answers for the dataset.
    """

    element: str
    subject: str
    dataset: str
    field: str
    department: str
    department_code: str

    @property
    def key(self) -> tuple[str, str]:
        """What has one source at a time."""
        return self.element, self.subject

    @property
    def place(self) -> str:
        """``schema.table.field``."""
        return f"{self.dataset}.{self.field}"


def subject_of(contract: Contract, field: Field) -> str:
    """What the values of a field are about.

    A dataset whose rows are about several kinds says it of all of them, joined by ``+``.
    """
    if field.unit is not None:
        return field.unit.kind
    about = sorted(
        {each.unit.kind for each in contract.unit_fields if each.unit is not None and each.unit.about}
    )
    return "+".join(about) or contract.domain or contract.classification or contract.schema


def items_of(contract: Contract) -> tuple[Item, ...]:
    """Every item of a dataset: its fields that follow an element, in their order."""
    party = contract.department
    return tuple(
        Item(field.element, subject_of(contract, field), contract.name, field.name, party.name, party.code)
        for field in contract.fields
        if field.element is not None
    )


def item_at(contract: Contract, field: str | None = None, element: str | None = None) -> Item:
    """The item of a dataset that a field or an element names.

    Raises:
        NoSuchItem: there is none, or several follow the element.
    """
    found = [
        item
        for item in items_of(contract)
        if (field is None or item.field == field) and (element is None or item.element == element)
    ]
    what = f"element {element}" if field is None else f"field {field} with an element"
    if not found:
        raise NoSuchItem(f"{contract.name} has no {what} — declare the element of the field in its contract")
    subjects = {item.subject for item in found}
    if len(subjects) > 1:
        names = ", ".join(item.field for item in found)
        raise NoSuchItem(f"{contract.name} has the {what} of several subjects ({names}) — name the field")
    return found[0]
