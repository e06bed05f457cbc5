"""Read the lines that describe tables, and judge what each column is.

`@ source`, `# table subject rows`, then `heading | kind | maker argument | flags`. Flags: `np` not personal,
`p2`, `p3`, `s4` (grades), `bN` N per cent blank, `nul` blanks written as words, `fw` full width in places,
`ws` stray blanks, `~x` a challenge.
"""

import random
from dataclasses import dataclass, field

from .makers import Row
from .makers_more import MAKERS
from .words import REGIONS, split

PUBLIC = set(split("uscc organisation_code business_licence enterprise_name division_code postcode"))
SENSITIVE = set(split("medical religion criminal_record bank_card biometric military_id minor coordinates"))
DIRECT = set(
    split(
        "resident_id residence_permit foreign_resident_permit hk_macao_permit taiwan_permit passport "
        "social_security_number driver_file_number income housing_certificate"
    )
)
OF_THINGS = set(
    split(
        "none landline email address plate vin imei coordinates ip_address mac_address bank_card "
        "housing_certificate"
    )
)
AGES = {"child": (1, 12), "old": (62, 92), "person": (19, 66), "org": (28, 60), "thing": (28, 60)}
MASKABLE = set(split("name id mobile bank plate permit hk passport home email"))
WIDENED = set(
    split("id mobile uscc bank plate birth day num passport tel post div vin licence dfn imei mac ssn")
)
NAMELESS = ("col_{}", "备用{}", "FIELD{}", "zd{}", "ext{}", "V_{}", "属性{}", "c{}")
WIDE = {c: chr(ord(c) + 0xFEE0) for c in map(chr, range(33, 127))}


@dataclass
class Column:
    """One column and its label."""

    heading: str
    kind: str
    maker: str
    flags: list[str]
    subject: str

    @property
    def challenge(self) -> str:
        """What makes it hard."""
        said = [f[1:] for f in self.flags if f.startswith("~")]
        return said[0] if said else "width" if "fw" in self.flags else "dirty" if "ws" in self.flags else ""

    @property
    def judgement(self) -> tuple[str, str, str]:
        """Personal, sensitive, grade."""
        flags, kind = self.flags, self.kind
        things = self.subject in ("org", "thing")
        if (
            "np" in flags
            or kind in PUBLIC
            or (things and kind in OF_THINGS and not {"p2", "p3", "s4"} & set(flags))
        ):
            return "no", "no", "1"
        if "s4" in flags or kind in SENSITIVE or self.subject == "child":
            return "yes", "yes", "4"
        return "yes", "no", "3" if "p3" in flags or kind in DIRECT else "2"

    def cell(self, rng: random.Random, row: Row) -> str:
        """One value, with the dirt the flags ask for."""
        maker, _, arg = self.maker.partition(" ")
        if maker not in MAKERS:  # `name2`: of the row's second person
            maker, arg = maker[:-1], f"{maker[-1]} {arg}"
        text = MAKERS[maker](rng, row, arg)
        for f in self.flags:
            if f[0] == "b" and f[1:].isdigit() and rng.random() * 100 < int(f[1:]):
                return rng.choice(["NULL", "无", "/", "-", "\\N"]) if "nul" in self.flags else ""
        if "fw" in self.flags and rng.random() < 0.4:
            text = "".join(WIDE.get(c, c) for c in text)
        if "ws" in self.flags and rng.random() < 0.4:
            text = rng.choice([" " + text, text + "  ", text + "\t", "　" + text])
        return text


def harden(c: Column, source: str, place: int) -> Column:
    """Make an ordinary column a hard one now and then, as real exports do."""
    rng = random.Random(f"hard/{source}/{c.heading}")
    roll, maker = rng.random(), c.maker.split(" ")[0].rstrip("23")
    if c.challenge or maker == "none" or roll > 0.22:
        return c
    if roll < 0.035:
        c.heading = rng.choice(NAMELESS).format(place)
        c.flags.append("~heading")
    elif roll < 0.08 and c.maker in MASKABLE:
        c.maker += " mask"
        c.flags.append("~masked")
    elif roll < 0.12 and maker in WIDENED:
        c.flags.append("fw")
    elif 0.12 <= roll < 0.145 and not any(f[0] == "b" for f in c.flags):
        c.flags += ["b82", "~small"]
    elif 0.05 < roll < 0.08 or roll > 0.17:
        return c
    elif roll < 0.1:
        c.flags += ["b12", "nul", "~dirty"]
    else:
        c.flags.append("ws")
    return c


@dataclass
class Table:
    """A table of a source."""

    source: str
    name: str
    subject: str
    rows: int
    ages: tuple[int, int] | None = None
    columns: list[Column] = field(default_factory=list)

    def lines(self) -> list[list[str]]:
        """All rows, made with a seed of the table's own."""
        rng = random.Random(f"held-out-d/{self.source}/{self.name}")
        seat = random.Random(self.source).choice(list(REGIONS))
        rows = (Row(rng, self.ages or AGES[self.subject], n + 1, seat) for n in range(self.rows))
        return [[c.cell(rng, row) for c in self.columns] for row in rows]


def read(text: str) -> list[Table]:
    """The tables a text describes."""
    tables: list[Table] = []
    source = ""
    for line in filter(None, map(str.strip, text.splitlines())):
        if line.startswith("@ "):
            source = line[2:]
        elif line.startswith("# "):
            name, subject, rows = line[2:].split()
            subject, _, span = subject.partition(":")
            ages = tuple(map(int, span.split("-"))) if span else None
            tables.append(Table(source, name, subject, int(rows), ages))
        else:
            parts = [p.strip() for p in line.split("|")]
            flags = parts[3].split() if len(parts) > 3 else []
            column = Column(parts[0], parts[1], parts[2], flags, tables[-1].subject)
            tables[-1].columns.append(harden(column, source + tables[-1].name, len(tables[-1].columns) + 1))
    return tables
