"""Makers of values: each gives a function from the person of a row to the text of a cell."""

import base64
import datetime as dt

from . import numbers
from .base import Person, a_date, a_name
from .words import BANKS, DISTRICTS, FOREIGN_NAMES, HOSPITALS, MARKS, ROADS, SCHOOLS, TRADES

FULL = str.maketrans("0123456789X", "\uff10\uff11\uff12\uff13\uff14\uff15\uff16\uff17\uff18\uff19\uff38")


def pick(*values):
    if len(values) == 1:
        values = values[0]
    return lambda p: p.r.choice(values)


def many(values, sep="；", most=3):
    return lambda p: sep.join(p.r.sample(list(values), p.r.randrange(1, most + 1)))


def date(form="%Y-%m-%d", first=2021, last=2025):
    return lambda p: shown(p, a_date(p.r, first, max(first, last)), form)


def birth(form="%Y-%m-%d"):
    return lambda p: shown(p, p.birth, form)


def shown(p, day, form):
    if form == "serial":
        return str((day - dt.date(1899, 12, 30)).days)
    if form == "epoch":
        return str(
            int(dt.datetime(day.year, day.month, day.day, tzinfo=dt.UTC).timestamp() + p.r.randrange(86400))
            * 1000
        )
    if form == "dirty":
        form = p.r.choice(("%Y-%m-%d", "%Y/%m/%d", "%Y.%m.%d", "%Y年%m月%d日", "%Y%m%d", "%Y%m"))
    moment = dt.datetime(
        day.year, day.month, day.day, p.r.randrange(24), p.r.randrange(60), p.r.randrange(60)
    )
    return moment.strftime(form)


def age(today=2025, unit=""):
    return lambda p: f"{today - p.birth.year}{unit}"


def seq(form="{}", start=1):
    return lambda p: form.format(start + p.i)


def num(low, high, places=0, unit=""):
    return lambda p: f"{p.r.uniform(low, high):.{places}f}{unit}"


def code(form):
    """Text in which # is a digit, @ a capital, ~ a small hex digit."""
    kinds = {"#": "0123456789", "@": "ABCDEFGHJKLMNPQRSTUVWXYZ", "~": "0123456789abcdef"}
    return lambda p: "".join(p.r.choice(kinds[c]) if c in kinds else c for c in form)


def raw(size, hexed=False):
    def make(p):
        data = p.r.randbytes(size)
        return data.hex() if hexed else base64.b64encode(data).decode()

    return make


def vector(size=8):
    return lambda p: "[" + ",".join(f"{p.r.uniform(-1, 1):.4f}" for _ in range(size)) + "]"


def maybe(maker, share=0.3, empty=""):
    return lambda p: empty if p.r.random() < share else maker(p)


def mix(*makers):
    return lambda p: p.r.choice(makers)(p)


def drawn(function):
    """A maker of numbers that needs only chance."""
    return lambda p: function(p.r)


def text(*forms):
    def make(p):
        r = p.r
        other = Person(r, 0, (1955, 2000))
        return r.choice(forms).format(
            n=p.name,
            id=p.id,
            t=p.tel,
            a=p.address,
            o=other.name,
            ot=other.tel,
            oid=other.id,
            c=numbers.card(r),
            pl=numbers.plate(r),
            d=a_date(r, 2022, 2025),
            k=r.randrange(2, 60),
            m=r.randrange(2, 90) * 100,
            s=p.name[0],
        )

    return make


def masked_id(p):
    return p.id[:6] + "*" * 8 + p.id[-4:]


def masked_tel(p):
    return p.tel[:3] + "****" + p.tel[-4:]


def masked_name(p):
    return p.name[0] + "*" * (len(p.name) - 1)


def masked_card(p):
    made = numbers.card(p.r)
    return made[:6] + "******" + made[-4:]


def wide(maker):
    return lambda p: maker(p).translate(FULL)


def spaced_card(p):
    made = numbers.card(p.r)
    return " ".join(made[i : i + 4] for i in range(0, len(made), 4))


def name(p):
    return p.name


def other_name(p):
    return a_name(p.r, p.r.random() < 0.5)


def foreign_name(p):
    return p.r.choice(FOREIGN_NAMES)


def ident(p):
    return p.id


def other_id(p):
    return numbers.resident(p.r, a_date(p.r, 1960, 1998), p.r.random() < 0.5)


def disabled(p):
    return p.id + p.r.choice("1234567") + p.r.choice("1234")


def old_id(p):
    return p.id[:6] + p.id[8:17] if p.birth.year < 2000 and p.r.random() < 0.4 else p.id


def permit(p):
    return numbers.permit(p.r, p.birth, p.male)


def foreign(p):
    return numbers.foreign(p.r, p.birth)


def tel(p):
    return p.tel


def address(p):
    return p.address


def street(p):
    return p.r.choice(ROADS) + str(p.r.randrange(1, 300)) + "号"


def ethnic(p):
    return p.ethnic


def sex(man="男", woman="女"):
    return lambda p: man if p.male else woman


def region(p):
    return p.region


def township(p):
    return p.region + f"{p.r.randrange(1, 20):03d}"


def firm(p):
    head = p.r.choice(DISTRICTS)[1][:2]
    return (
        head
        + p.r.choice(MARKS)
        + p.r.choice(TRADES)
        + p.r.choice(("有限公司", "有限责任公司", "股份有限公司"))
    )


def bank(p):
    return p.r.choice(BANKS) + p.place[:-3][:3] + p.r.choice(ROADS)[:2] + "支行"


def school(p):
    return p.place.split("市")[0] + "市" + p.r.choice(SCHOOLS)


def hospital(p):
    return p.place.split("市")[0] + "市" + p.r.choice(HOSPITALS)


def mail(p):
    return (
        p.r.choice(("zh", "li", "wang", "xm", "happy", "sun"))
        + numbers.digits(p.r, 5)
        + p.r.choice(("@163.com", "@qq.com", "@126.com"))
    )


def openid(p):
    letters = "abcdefghijkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ0123456789-_"
    return "o" + "".join(p.r.choice(letters) for _ in range(27))


def lng(p):
    return f"{p.r.uniform(120.05, 120.31):.6f}"


def lat(p):
    return f"{p.r.uniform(30.15, 30.35):.6f}"


def lnglat(sep=","):
    return lambda p: lng(p) + sep + lat(p)


def track(count=4, sep=";"):
    def make(p):
        x, y = p.r.uniform(120.05, 120.31), p.r.uniform(30.15, 30.35)
        steps = [p.r.uniform(0.0005, 0.002) for _ in range(count)]
        return sep.join(f"{x + n * step:.5f},{y + n * step / 2:.5f}" for n, step in enumerate(steps))

    return make
