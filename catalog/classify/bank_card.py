"""Bank card numbers 银行卡号: 13–19 digits with a Luhn check digit.

Some old domestic cards fail Luhn: the UnionPay prefix and the length then count, with a telling name.
"""

from __future__ import annotations

import re
from typing import Final

import pyarrow.compute as pc

from catalog.classify.column import Column, passing
from catalog.classify.finding import Evidence
from contracts.codes import BANK_CARD, luhn_holds

_NAME: Final = re.compile(r"银行卡|卡号|银行账|账号|账户|帐号|bank|card_?no|account|(^|_)yhk|yhzh", re.I)
# UnionPay, and the issuers' ranges of the international schemes.
_ISSUER: Final = r"^(?:62|4|5[1-5]|3[0-9]|6011)"
_UNIONPAY: Final = r"^62\d{14,17}$"


def detect(column: Column) -> Evidence | None:
    """Evidence that the column holds bank card numbers.

    Source: ISO/IEC 7812-1 (Luhn, issuer ranges).
    """
    if column.longest < 13:
        return None
    named = column.named(_NAME)
    formed = column.texts.filter(pc.match_substring_regex(column.texts, BANK_CARD))
    issued = formed.filter(pc.match_substring_regex(formed, _ISSUER))
    share = len(issued) * passing(issued, luhn_holds) / column.sample if column.sample else 0.0
    unionpay = column.share_of(_UNIONPAY)
    old_cards = named and unionpay >= column.limits.share
    if not column.enough(share, named=named) and not old_cards:
        return None
    return Evidence(
        "bank_card",
        column.sample,
        max(share, unionpay if old_cards else 0.0),
        named,
        {"luhn_share": round(share, 3), "unionpay_share": round(unionpay, 3)},
    )
