"""What befell contracts and grants, as it was told to their parties: in words, with the way to each."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any, Final

from nicegui import ui

from space.console.language import Language
from space.console.parts.figures import instant
from space.console.parts.ways import link
from space.console.parts.words import Words
from space.console.seats import Seat

# Kinds of notices that are about contracts and grants.
KINDS: Final = ("contract", "ending")
_SHOWN: Final = 20
# What the interface says after the id → in words; what follows a colon is the reason that was given.
_SAID: Final[Sequence[tuple[str, tuple[str, str]]]] = (
    ("is suspended by the provider", ("提供方中止了合约，暂停使用", "the provider suspended it")),
    ("is suspended by the consumer", ("使用方中止了合约", "the consumer suspended it")),
    ("is suspended by the platform", ("平台中止了合约，暂停使用", "the platform suspended it")),
    ("has an offer that waits for your answer", ("有要约等我方答复", "an offer waits for our answer")),
    (
        "is agreed and waits for both signatures",
        ("已谈定，等双方签署", "it is agreed and waits for both signatures"),
    ),
    ("was signed by the other side", ("对方已签署", "the other side signed it")),
    ("is negotiated no further", ("不再谈了", "it is negotiated no further")),
    ("is in force again", ("合约已恢复", "it is in force again")),
    ("was ended by the granting side", ("授权已被提供方终止", "the granting side ended the grant")),
    ("was given back by its holder", ("授权已被使用方交回", "its holder gave the grant back")),
    ("is over", ("授权已到期", "the grant is over: its last day has passed")),
)
_LAST_DAY: Final = "its last day has passed"
_LINE: Final = re.compile(r"(?:contract|grant) \S+ ([^:]*)(?:: (.*))?", re.DOTALL)


def line(say: Language, message: str) -> str:
    """A notice in words, with the reason that was given; as it is where it is of another kind.

    >>> line(Language.CHINESE, "contract con_1 is in force again: 已整改")
    '合约已恢复：已整改'
    >>> line(Language.CHINESE, "grant grt_1 is over: its last day has passed: ")
    '授权已到期'
    """
    found = _LINE.fullmatch(message)
    pair = next((pair for said, pair in _SAID if found is not None and found[1] == said), None)
    if found is None or pair is None:
        return message
    why = (found[2] or "").removeprefix(_LAST_DAY).removeprefix(": ")
    return say("：", ": ").join(filter(None, (say(*pair), why)))


def told(seat: Seat, notices: Sequence[Mapping[str, Any]], titles: Mapping[str, str], room: str) -> None:
    """The notices, the newest first.

    Args:
        seat: of the reader.
        notices: of the interface.
        titles: id of a grant → what it opens.
        room: beginning of the addresses of contracts.
    """
    ordered = sorted(notices, key=lambda one: str(one["at"]), reverse=True)
    with ui.element("ul").classes("ybz-panel"):
        for one in ordered[:_SHOWN]:
            subject = str(one["subject"])
            with ui.element("li"):
                Words("span", f"{instant(one['at'])} · ")
                if one["kind"] in KINDS:  # a contract is found by the id of its grant, too
                    link(titles.get(subject) or seat.say("合约", "contract"), f"{room}/contracts/{subject}")
                    Words("span", " · ")
                Words("span", line(seat.say, str(one["message"])))
