"""Names of enterprises 企业名称: region, 字号, industry, and the form that ends them.

Addresses may hold a firm's name and firms a street: the end of the value decides. Public bodies count only
where the heading means enterprises.
"""

from __future__ import annotations

from catalog.classify.column import Column
from catalog.classify.kinds import Kind, scoring, vocabulary
from catalog.classify.support import Support


def detect(column: Column, kind: Kind) -> Support | None:
    """What the values say for names of enterprises."""
    if not column.is_text or column.longest < 3:
        return None
    words = vocabulary("organisations")
    firms = column.share_of(f"(?:{words['firm']})")
    ended = column.share_of(rf"(?:{words['endings']})(?:[（(][^（）()]{{1,20}}[)）])?$")
    public = column.share_of(f"(?:{words['public']})")
    details = {"firm_share": round(firms, 3), "public_share": round(public, 3)}
    named = column.meaning.strength(kind.name)
    if named >= scoring().initials:
        if public > firms and firms < column.limits.share:
            return None  # a column of offices: 承办单位, 主管部门
        return Support(min(1.0, max(firms, ended) + public * 0.5), details)
    if column.distinct < 0.05 * column.sample and not named:
        return None
    return Support(min(firms, ended) if firms else 0.0, details) if firms and ended else None
