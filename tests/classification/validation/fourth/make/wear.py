"""What years of use do to a database: some columns become dirty, masked, wide or lose their heading."""

import random
from dataclasses import replace

from . import values as v
from .people import Row
from .tables import Col, Maker, Table

SHARE = 0.17
# How much of a masked value still stands, by kind: characters at the head and at the end.
MASKS = {
    "person_name": (1, 0),
    "mobile": (3, 4),
    "resident_id": (6, 4),
    "bank_card": (6, 4),
    "passport": (2, 3),
    "address": (9, 0),
    "plate": (2, 3),
    "vin": (8, 4),
    "imei": (8, 2),
    "social_security_number": (2, 3),
    "driver_file_number": (4, 4),
    "residence_permit": (6, 4),
}
NUMBERS = frozenset(MASKS) - {"person_name", "address"} | {
    "uscc",
    "landline",
    "postcode",
    "business_licence",
    "date_of_birth",
    "minor",
}
NAMELESS = frozenset(
    [
        "person_name",
        "mobile",
        "resident_id",
        "bank_card",
        "address",
        "plate",
        "vin",
        "email",
        "enterprise_name",
        "uscc",
        "imei",
    ]
) | {
    "coordinates",
    "mac_address",
    "ip_address",
    "housing_certificate",
    "medical",
    "religion",
    "criminal_record",
    "none",
}
HEADINGS = [
    "F{:02d}",
    "字段{}",
    "ATTR{}",
    "备用{}",
    "ext_{}",
    "col{}",
    "备注{}",
    "UDF_{}",
    "未命名{}",
    "zd{}",
]


def _gaps(make: Maker) -> Maker:
    """With the words clerks write where they know nothing."""

    def inner(r: Row) -> object:
        if r.rng.random() < 0.13:
            return r.rng.choice(["/", "-", "无", "NULL", "不详", "N/A", "—", "待补"])
        return v.messy(make)(r)

    return inner


def _wear(rng: random.Random, col: Col, place: int, look: list[str]) -> Col:
    """The column, worn in a way that suits its kind."""
    ways = ["dirty"]
    if col.kind in MASKS:
        ways += ["masked", "masked"]
    if col.kind in NUMBERS:
        ways.append("width")
    words_only = sum(not any("\u4e00" <= char <= "\u9fff" for char in cell) for cell in look) == 0
    if col.kind in NAMELESS and (col.kind not in {"medical", "religion", "criminal_record"} or words_only):
        ways.append("heading")
    way = rng.choice(ways)
    if way == "masked":
        return replace(col, make=v.mask(col.make, *MASKS[col.kind]), challenge=way)
    if way == "width":
        return replace(col, make=v.wide(col.make), challenge=way)
    if way == "heading":
        return replace(col, heading=rng.choice(HEADINGS).format(place), challenge=way)
    return replace(col, make=_gaps(col.make), challenge=way)


def worn(source: str, made: list[Table], seed: int) -> list[Table]:
    """The tables with a share of their unmarked columns worn."""
    out = []
    for table in made:
        rng = random.Random(f"wear/{seed}/{source}/{table.name}")
        look = [Row(rng, number, table.ages) for number in range(12)]
        cols = []
        for place, col in enumerate(table.cols, 1):
            tired = rng.random() < (SHARE if col.kind != "none" else SHARE / 2)
            cells = [str(col.make(row)) for row in look]
            cols.append(_wear(rng, col, place, cells) if tired and not col.challenge else col)
        out.append(replace(table, cols=cols))
    return out
