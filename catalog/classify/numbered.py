"""Numbers that only the table tells: files of drivers, permits of cities, hidden mobile numbers, accounts.

Their values follow a form that other numbers have too; a part of the heading, or rows that are persons, must
agree. Decides nothing of numbers with a check digit or a form of their own (:mod:`catalog.classify.forms`).
"""

from __future__ import annotations

import re
from typing import Final

from catalog.classify.column import Column
from catalog.classify.kinds import kinds, scoring
from catalog.classify.scorer import Scored, combined
from catalog.classify.topics import told_score

# Numbers that begin with a province.
_PROVINCE: Final = r"^(?:1[1-5]|2[1-3]|3[1-7]|4[1-6]|5[0-4]|6[1-5])"
# Twelve digits under a heading of files are a driver's; 14 to 17 under one of lodging a city's permit.
_OF_PLACES: Final = (
    ("driver_file_number", r"档案|file|arch|dossier|dah|lic|jsz|jzda", rf"{_PROVINCE}\d{{10}}$"),
    ("residence_permit", r"居住证|暂住证|jzz|zzz", rf"{_PROVINCE}\d{{12,15}}$"),
)
_HIDDEN_MOBILE: Final = r"^1[3-9]\d\*{4}\d{4}$"
# Numbers of accounts that are no cards, such as passbooks.
_ACCOUNT_NUMBER: Final = r"^[\p{Han}]{0,14}\d{9,25}(?:-\d{1,6})?$|^[A-Z]{2}\d\d[A-Z0-9]{10,30}$"
# A number of a card alone is one of a bank's by its length and its first digit.
_CARD: Final = r"卡|card|kh$|kh_"
_PASSBOOK: Final = r"[账帐][号户]|折|acc|zh$|zh_"
_CARD_NUMBER: Final = r"^[2-9]\d{14,18}$"
# What users of payment accounts are called by: mail addresses, mobile numbers, numbers of the network.
_MAIL: Final = r"^[^@\s]+@[^@\s]+\.[A-Za-z]+$|^2088\d{12}$"
_PAYING: Final = rf"{_MAIL}|^1[3-9]\d{{9}}$|^1[3-9]\d\*{{3,5}}\d{{3,4}}$"
# Users of a network of chats, alone or among those of payment networks.
_CHATTING: Final = r"^wx(?:id)?_\w{5,}$"


def numbered(column: Column, *, persons: bool, vehicles: bool) -> Scored | None:
    """The kind of numbers that the heading or the rows tell; None where they tell none.

    Args:
        column: nothing was found in it by itself.
        persons: whether something identifies the rows as persons.
        vehicles: whether plates stand beside it.
    """
    for kind, heading, form in _OF_PLACES:
        beside = persons or (vehicles and kind == "driver_file_number")
        if not beside or not re.search(heading, column.meaning.words):
            continue
        share = column.share_of(form, raw=False)
        if share >= column.limits.share:
            return Scored(kind, told_score(), 0.0, share, {"numbered": True})
    if persons and column.share_of(_HIDDEN_MOBILE) >= column.limits.share:
        return Scored("mobile", told_score(), 0.0, 1.0, {"masked_share": 1.0})
    return None


def accounts(column: Column, *, about_persons: bool) -> Scored | None:
    """Accounts that are no cards: a person's where rows are persons, a firm's under such a heading.

    Args:
        column: nothing was found in it by itself.
        about_persons: whether something identifies the rows as persons, staff left out.
    """
    if column.share_of(_CHATTING) >= column.limits.share_with_name:
        share = column.share_of(rf"{_PAYING}|{_CHATTING}")
        if share >= column.limits.share:
            return Scored("account", told_score(), 0.0, share, {"paying": True})
    strength = column.meaning.strength("bank_card")
    firm = re.search(kinds()["bank_card"].text("firm"), column.meaning.words)
    if max(strength, column.meaning.strength("account")) < scoring().initials:
        return None
    if (paying := column.share_of(_PAYING)) >= column.limits.share and column.share_of(_MAIL) > 0:
        score = combined(scoring().context, scoring().heading * scoring().initials)
        return Scored("account", score, scoring().initials, paying, {"paying_share": round(paying, 3)})
    if strength < scoring().initials:
        return None
    card_only = re.search(_CARD, column.meaning.words) and not re.search(_PASSBOOK, column.meaning.words)
    share = column.share_of(_CARD_NUMBER if card_only else _ACCOUNT_NUMBER, raw=False)
    if share < column.limits.share:
        return None
    score = combined(scoring().context, scoring().heading * strength)
    details = {"account_share": round(share, 3), "firm": bool(firm) or not about_persons}
    return Scored("bank_card", score, strength, share, details)
