"""Rows an operator brings, in the protected form: the only one that is kept.

Decides what may be kept: identifiers become the pseudonyms of releases, rows without a valid one go, and the
facts are measured as those of a release are. Whether a unit is in the city's data is not looked at, so that
nothing here can tell.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

from policies.decision import Deny, Reason
from policies.rulebook import rule
from space.errors import Refused

if TYPE_CHECKING:
    import pyarrow as pa

    from catalog.releases.facts import Facts
    from contracts.model import Contract
    from space.workspace.form import Form


@dataclass(frozen=True, slots=True)
class Own:
    """The protected form of an operator's rows.

    Attributes:
        contract: what it keeps.
        protected: the analysis form.
        facts: measured on it.
        rows, units: how many are kept.
        invalid: rows left out because they name no valid unit.
        joinable: whether every unit stands once, so that private joins can be bounded.
    """

    contract: Contract
    protected: pa.Table
    facts: Facts
    rows: int
    units: int
    invalid: int
    joinable: bool


def protect_rows(name: str, owner: str, form: Form, rows: pa.Table, key: bytes, on: date) -> Own:
    """The protected form of rows.

    Args:
        name: of the table.
        owner: code of the organisation that brings it.
        form: what the columns are.
        rows: columns of text.
        key: the pseudonym key of releases.
        on: day whose rules apply.

    Raises:
        Refused: too few units, a value that does not fit its column, or a column of free text.
    """
    from catalog.releases.units import forget

    try:
        return _protected(name, owner, form, rows, key, on)
    finally:
        forget()  # identifiers it remembers for the time of a run


def _protected(name: str, owner: str, form: Form, rows: pa.Table, key: bytes, on: date) -> Own:
    import pyarrow.compute as pc

    from catalog.releases.facts import FactsRefused, check
    from catalog.releases.protect import NotAnInteger, protect
    from catalog.releases.units import pseudonyms
    from contracts.cast import cast

    stated = form.contract(name, owner, max_rows=1, unique=False)
    made = cast(stated, _with_provenance(rows))
    if made.typed.num_rows != rows.num_rows:
        raise _values()
    _refuse_free_text(made.typed, form, on)
    units = pseudonyms(form.kind, made.typed[form.key], key)
    kept = made.typed.filter(pc.is_valid(units))
    per_unit = pc.value_counts(units.drop_null())
    if len(per_unit) < int(rule("workspace", "least_units", on).value):
        raise _few(int(rule("workspace", "least_units", on).value))
    most = int(pc.max(per_unit.field("counts")).as_py())
    contract = form.contract(name, owner, max_rows=most, unique=most == 1)
    try:
        forms = protect(contract, kept, key)
        facts = check(contract, forms.vault, forms.protected)
    except (FactsRefused, NotAnInteger):
        raise _values() from None
    return Own(
        contract,
        forms.protected,
        facts,
        kept.num_rows,
        len(per_unit),
        rows.num_rows - kept.num_rows,
        most == 1,
    )


def _with_provenance(rows: pa.Table) -> pa.Table:
    """The rows as a landed file has them; where they came from is not kept."""
    import pyarrow as pa

    columns: dict[str, Any] = {name: rows[name] for name in rows.column_names}
    columns["_file"] = pa.nulls(rows.num_rows, pa.string())
    columns["_line"] = pa.nulls(rows.num_rows, pa.int64())
    return pa.table(columns)


def _refuse_free_text(rows: pa.Table, form: Form, on: date) -> None:
    import pyarrow.compute as pc

    longest = int(rule("workspace", "longest_category", on).value)
    most = int(rule("workspace", "categories", on).value)
    for category in form.categories:
        distinct = rows[category].unique()
        too_long = pc.any(pc.greater(pc.utf8_length(distinct), longest)).as_py()
        if too_long or len(distinct) > most:
            raise Refused(
                Deny(
                    (
                        Reason(
                            "workspace.free_text",
                            "a column stated as a category holds free text",
                            category,
                            "leave it out, or bring few short values (rules `categories`, `longest_category` "
                            "of `workspace`)",
                        ),
                    )
                )
            )


def _values() -> Refused:
    return Refused(
        Deny(
            (
                Reason(
                    "workspace.values",
                    "a measure holds values that are no numbers or lie outside its stated bounds",
                    "measures",
                    "correct the file, or state wider bounds",
                ),
            )
        )
    )


def _few(least: int) -> Refused:
    return Refused(
        Deny(
            (
                Reason(
                    "workspace.few_units",
                    "the table names too few different units by a valid identifier",
                    "key",
                    f"bring at least {least}",
                ),
            )
        )
    )
