"""What a steward states for a whole folder at once: whose data it is and how it is shared.

A file does not say who answers for it; a person does. What is stated here goes into every contract
drafted from the folder. What is not stated again stays as the standing contract of the same dataset has
it; where there is none it is open and asked for when the contract is catalogued.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from catalog.intake.drafting.draft import Draft
from catalog.intake.drafting.naming import UNKNOWN_DEPARTMENT
from catalog.intake.drafting.standing import Standing
from contracts.model import Contract, Party, ShareType, Sharing


@dataclass(frozen=True, slots=True)
class Statement:
    """A steward's statement for a folder.

    Attributes:
        department: name of the source department 数源部门, or empty.
        code: its USCC, or empty.
        sharing: type of sharing, or None where it is not stated.
        condition, basis: of conditional or withheld sharing.
    """

    department: str = ""
    code: str = ""
    sharing: ShareType | None = None
    condition: str = ""
    basis: str = ""


def state(made: Draft, statement: Statement, standing: Iterable[Standing] = ()) -> Draft:
    """The draft with the statement in every contract.

    Args:
        made: the draft.
        statement: what a steward states now.
        standing: contracts that stand already; what was stated in them is kept where nothing is now.
    """
    earlier: dict[str, Contract] = {}
    for one in standing:
        earlier.setdefault(one.contract.name, one.contract)
    families = tuple(
        replace(f, contract=_stated(_kept(f.contract, earlier.get(f.name)), statement)) for f in made.families
    )
    return replace(made, families=families)


def _kept(contract: Contract, earlier: Contract | None) -> Contract:
    if earlier is None:
        return contract
    if contract.department.name == UNKNOWN_DEPARTMENT:
        contract = replace(contract, department=earlier.department)
    return replace(contract, sharing=earlier.sharing)


def _stated(contract: Contract, statement: Statement) -> Contract:
    if statement.department:
        contract = replace(contract, department=Party(statement.department, statement.code))
    if statement.sharing is not None:
        sharing = Sharing(statement.sharing, statement.condition, statement.basis)
        contract = replace(contract, sharing=sharing)
    return contract
