"""Amounts in capital characters 大写金额, as invoices and vouchers carry them.

Decides the wording of an amount of whole fen. Nothing else about money.

Source: 正确填写票据和结算凭证的基本规定 (支付结算办法, annex 1): 零 between figures, 整 after 元 and 角.
"""

from __future__ import annotations

from typing import Final

_FIGURES: Final = "零壹贰叁肆伍陆柒捌玖"
_PLACES: Final = ("", "拾", "佰", "仟")
_GROUPS: Final = ("", "万", "亿")
# Twelve figures before the point: no bill of a city is longer.
MOST_FEN: Final = 10**14 - 1


def capitals(fen: int) -> str:
    """An amount as it is written out.

    Args:
        fen: whole fen; below zero for a credit note.

    Raises:
        ValueError: the amount is too large to be written.

    >>> capitals(140950), capitals(10_700_053), capitals(0)
    ('人民币壹仟肆佰零玖元伍角整', '人民币壹拾万柒仟元伍角叁分', '人民币零元整')
    """
    if abs(fen) > MOST_FEN:
        raise ValueError("the amount is too large to be written in capital characters")
    yuan, rest = divmod(abs(fen), 100)
    jiao, odd_fen = divmod(rest, 10)
    return "人民币" + ("负" if fen < 0 else "") + _yuan(yuan) + _parts(yuan, jiao, odd_fen)


def _yuan(yuan: int) -> str:
    """Whole yuan with their unit; nothing for none."""
    if not yuan:
        return ""
    written, pending = "", False
    for place in reversed(range(len(_GROUPS))):
        group = yuan // 10_000**place % 10_000
        if not group:
            pending = bool(written)
            continue
        written += _group(group, after=bool(written), gap=pending) + _GROUPS[place]
        pending = False
    return written + "元"


def _group(group: int, *, after: bool, gap: bool) -> str:
    """Four figures; one 零 stands for any run of noughts between figures."""
    written, nought = "", gap or (after and group < 1000)
    for place in reversed(range(4)):
        figure = group // 10**place % 10
        if not figure:
            nought = nought or bool(written)
            continue
        written += ("零" if nought else "") + _FIGURES[figure] + _PLACES[place]
        nought = False
    return written


def _parts(yuan: int, jiao: int, fen: int) -> str:
    """Jiao and fen, or 整."""
    if not jiao and not fen:
        return "整" if yuan else "零元整"
    nought = "零" if yuan and not jiao else ""
    written = nought + (_FIGURES[jiao] + "角" if jiao else "")
    return written + (_FIGURES[fen] + "分" if fen else "整")
