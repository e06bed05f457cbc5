"""What an entry still owes before it is listed: each at the property that says it, and whether it blocks."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from catalog.cataloging.admission import Case, owed
from contracts.model import Contract, Field, Party, ShareType, Sharing

TODAY = date(2026, 11, 22)
BARE = Contract(
    "r", "名册", "civil", "roll", Party("民政局", ""), (Field("no", personal=True),),
    sharing=Sharing(type=ShareType.CONDITIONAL),
)  # fmt: skip


def test_condition_and_basis_keep_an_entry_from_the_head_each_at_its_own_place() -> None:
    found = {one.place: one.blocks for one in owed(Case(BARE, "", TODAY))}
    assert found["shareCondition"]
    assert found["shareBasis"]
    assert found["impactAssessment"] is False
    assert {"shareReason", "shareScope", "shareUse"} <= set(found)


def test_what_was_said_is_owed_no_more() -> None:
    said = Sharing(
        ShareType.CONDITIONAL, "经同意", "《条例》第一条", reason="含个人信息", scope="全市", use="核对"
    )
    assert owed(Case(replace(BARE, sharing=said), "云评1号", TODAY)) == ()
