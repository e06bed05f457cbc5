"""An invoice as a page to print 账单页面, with its check digest; and the check of such a page, offline.

Decides how an invoice is shown. The page carries the signed document, and is a function of it: whoever
changes a figure that is seen makes a page that no document gives.
"""

from __future__ import annotations

import json
import re
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Final

from catalog.keys import Ring
from space.money.signed import INVOICE_TYPE, NotReadable, Signed, read, require

if TYPE_CHECKING:
    from jinja2 import Template

TITLES: Final = {"invoice": "公共数据运营服务费账单", "credit_note": "公共数据运营服务费冲销单"}
_PRODUCTS: Final = {
    "query": "统计查询",
    "list": "清单查询",
    "masked_list": "脱敏清单查询",
    "verification": "核验",
    "supply": "数据供给",
}
_UNITS: Final = {"call": "次", "product": "个（产品）", "service": "项（服务）", "time": "月"}
_EMBEDDED: Final = re.compile(r'<script type="application/json" id="signed">(.*?)</script>', re.DOTALL)
# Characters of the check digest that are printed in groups to be read aloud.
_SHORT: Final = 16


def page(signed: Signed) -> str:
    """The page of an invoice or credit note."""
    document = signed.document
    return _template().render(
        title=TITLES[str(document["type"])],
        document=document,
        digest=signed.digest,
        check=check_code(signed.digest),
        products=_PRODUCTS,
        units=_UNITS,
        embedded=_embedded(signed),
    )


def check_code(digest: str) -> str:
    """The beginning of a digest in groups of four, to compare by eye or by telephone.

    >>> check_code("0123456789abcdef" * 4)
    '0123-4567-89AB-CDEF'
    """
    return "-".join(digest[n : n + 4].upper() for n in range(0, _SHORT, 4))


def check_page(text: str, ring: Ring) -> Signed:
    """The document of a page, once page, digest and signature are found to hold.

    Args:
        text: of the page.
        ring: public keys of the installation.

    Raises:
        NotReadable: it is no such page, or shows something else than its document says.
        SignatureInvalid: digest or signature do not hold.
    """
    found = _EMBEDDED.search(text)
    if found is None:
        raise NotReadable("the file is no page of an invoice — take it as `ybz invoice show` wrote it")
    try:
        stated = json.loads(found[1])
    except ValueError as error:
        raise NotReadable("the signed part of the page is not JSON") from error
    signed = read(stated if isinstance(stated, dict) else {})
    require(signed, ring, INVOICE_TYPE)
    if page(signed).split() != text.split():
        raise NotReadable("the page shows something else than the signed invoice in it: it was changed")
    return signed


def yuan(fen: int) -> str:
    """Fen as yuan with two decimals.

    >>> yuan(123456), yuan(-5)
    ('1,234.56', '-0.05')
    """
    sign = "-" if fen < 0 else ""
    return f"{sign}{abs(fen) // 100:,}.{abs(fen) % 100:02d}"


@cache
def _template() -> Template:
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    shelf = FileSystemLoader(Path(__file__).parent)
    made = Environment(loader=shelf, autoescape=True, undefined=StrictUndefined, keep_trailing_newline=True)
    made.filters["yuan"] = yuan
    return made.get_template("invoice.html")


def _embedded(signed: Signed) -> str:
    """The signed document as JSON in which nothing can end or open an element of the page."""
    text = json.dumps(signed.to_document(), ensure_ascii=False, sort_keys=True)
    return text.replace("&", "\\u0026").replace("<", "\\u003c").replace(">", "\\u003e")
