"""General makers of values: choices, forms of dates, dirt, masks, sentences."""

from collections.abc import Callable, Sequence
from datetime import date, timedelta

from .people import Row, digits
from .tables import Maker


def pick(values: Sequence[object]) -> Maker:
    """One of the values, each as likely."""
    return lambda r: r.rng.choice(values)


def const(value: object) -> Maker:
    """Always the same."""
    return lambda r: value


def some(share: float, first: Maker, second: Maker) -> Maker:
    """The first maker in this share of the cells, the second elsewhere."""
    return lambda r: first(r) if r.rng.random() < share else second(r)


def number(low: int, high: int, step: int = 1) -> Maker:
    """A whole number."""
    return lambda r: r.rng.randrange(low, high + 1, step)


def decimal(low: float, high: float, places: int = 2) -> Maker:
    """A number with places."""
    return lambda r: f"{r.rng.uniform(low, high):.{places}f}"


def serial(form: str, start: int = 1) -> Maker:
    """A running number; the form is one of `str.format` with n and d (day of record)."""
    return lambda r: form.format(n=r.number + start, d=r.day, x=digits(r.rng, 6))


def nums(count: int, head: str = "") -> Maker:
    """A head and so many digits."""
    return lambda r: head + digits(r.rng, count)


def join(*makers: Maker, by: str = " ") -> Maker:
    """Several values in one cell."""
    return lambda r: by.join(str(make(r)) for make in makers)


def wide(make: Maker, share: float = 0.3) -> Maker:
    """Written in full width in a share of the cells."""

    def inner(r: Row) -> str:
        text = str(make(r))
        if r.rng.random() > share:
            return text
        return "".join(chr(ord(char) + 0xFEE0) if "!" <= char <= "~" else char for char in text)

    return inner


def messy(make: Maker) -> Maker:
    """With the blanks, tabs and quotes that exports leave."""
    return lambda r: r.rng.choice(["{}", "{}", "{}", " {}", "{} ", "'{}", "\t{}", "{}。"]).format(make(r))


def mask(make: Maker, head: int, tail: int, star: str = "*") -> Maker:
    """The middle hidden."""

    def inner(r: Row) -> str:
        text = str(make(r))
        return text[:head] + star * max(1, len(text) - head - tail) + (text[-tail:] if tail else "")

    return inner


def day(form: str = "%Y-%m-%d") -> Maker:
    """The day of record."""
    return lambda r: _write(r.day, form)


def time(form: str = "%Y-%m-%d %H:%M:%S") -> Maker:
    """Day of record and time."""
    return lambda r: f"{r.day:{form}}".replace(
        "00:00:00", f"{r.rng.randint(6, 22):02d}:{r.rng.randint(0, 59):02d}:{r.rng.randint(0, 59):02d}"
    )


def _write(when: date, form: str) -> str:
    if form == "short":
        return f"{when.year}/{when.month}/{when.day}"
    if form == "dots":
        return f"{when.year}.{when.month}.{when.day}"
    if form == "excel":
        return str((when - date(1899, 12, 30)).days)
    if form == "han":
        return f"{when.year}年{when.month}月{when.day}日"
    return when.strftime(form)


def birth(form: str = "%Y-%m-%d", who: str = "p") -> Maker:
    """The birthday."""
    return lambda r: _write(getattr(r, who).birth, form)


def births(*forms: str) -> Maker:
    """Birthdays in several forms in one column."""
    return lambda r: _write(r.p.birth, r.rng.choice(forms))


def age(r: Row) -> int:
    """Full years on the day the set looks at."""
    return max(0, (date(2025, 6, 30) - r.p.birth).days // 365)


def of(field: str, who: str = "p") -> Maker:
    """A field of the row's person."""
    return lambda r: getattr(getattr(r, who), field)


def text(forms: Sequence[str], share: float = 1.0, plain: Sequence[str] = ("",), **fields: Maker) -> Maker:
    """A sentence with fields filled in, in this share of the cells; elsewhere a plain one."""

    def inner(r: Row) -> str:
        if r.rng.random() > share:
            return r.rng.choice(plain)
        made: dict[str, object] = {key: make(r) for key, make in fields.items()}
        return r.rng.choice(forms).format(
            n=r.p.name, m=r.p.mobile, n2=r.q.name, m2=r.q.mobile, a=r.p.address, i=r.p.idno, **made
        )

    return inner


def later(low: int, high: int, form: str = "%Y-%m-%d") -> Maker:
    """So many days after the day of record."""
    return lambda r: _write(r.day + timedelta(days=r.rng.randint(low, high)), form)


def coded(pairs: dict[str, str], how: str = "{0}") -> Callable[[Row], str]:
    """A dictionary code, its label or both."""
    return lambda r: how.format(*r.rng.choice(list(pairs.items())))
