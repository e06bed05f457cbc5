"""Makers of numbers of things, contact data, money and text; `MAKERS` names them all."""

import base64
import random

from . import digits, makers, words
from .makers import Row
from .people import Person, digit_string


def mobile(rng: random.Random, row: Row, arg: str) -> str:
    m = row.person(arg).mobile
    if "mask" in arg:
        return m[:3] + "****" + m[7:]
    if "dirty" in arg:
        return rng.choice(
            [
                m,
                f"{m[:3]}-{m[3:7]}-{m[7:]}",
                "+86" + m,
                "86 " + m,
                f"{m[:3]} {m[3:7]} {m[7:]}",
                m[:-1],
                m + "(微信同号)",
            ]
        )
    if "multi" in arg:
        return (
            m + rng.choice(["、", "/", "，", " "]).join(["", Person(rng, (20, 60)).mobile])
            if rng.random() < 0.4
            else m
        )
    if "mixed" in arg and rng.random() < 0.35:
        return landline(rng, row, "")
    return m


def landline(rng: random.Random, row: Row, arg: str) -> str:
    zone = words.REGIONS[row.person(arg).seat][3]
    n = rng.choice("235678") + digit_string(rng, 6)
    if "ext" in arg:
        return f"{zone}-{n}{rng.choice(['', '-' + digit_string(rng, 3), '转' + digit_string(rng, 2)])}"
    return {"short": n, "paren": f"({zone}){n}"}.get(arg, f"{zone}-{n}")


def email(rng: random.Random, row: Row, arg: str) -> str:
    if "org" in arg:
        return (
            rng.choice(["office", "bgs", "hr", "service", "cw"])
            + digit_string(rng, 2)
            + rng.choice(["@xinyuan-jx.example.cn", "@163.com", "@hengtai.com.cn"])
        )
    who = rng.choice(
        ["zsj", "keguilan", "qzb_88", "caiwei.xi", "you1ming", "wx_blue", "linqiu"]
    ) + digit_string(rng, 3)
    if "mask" in arg:
        who = who[:2] + "***"
    return who + rng.choice(["@qq.com", "@163.com", "@126.com", "@outlook.com", "@sina.cn", "@139.com"])


def account(rng: random.Random, row: Row, arg: str) -> str:
    if "qq" in arg:
        return str(rng.randint(1, 9)) + digit_string(rng, rng.randint(6, 9))
    if "wechat" in arg:
        return rng.choice(
            [
                "wxid_" + "".join(rng.choice("abcdefghjkmnpqr23456789") for _ in range(14)),
                "sunny_" + digit_string(rng, 4),
                "Lao-You" + digit_string(rng, 3),
            ]
        )
    if "openid" in arg:
        return "o" + "".join(rng.choice("ABCDEFGHabcdefgh0123456789_-xyzXYZ") for _ in range(27))
    if "pay" in arg:
        return rng.choice([row.person("").mobile, email(rng, row, ""), "2088" + digit_string(rng, 12)])
    if "ewallet" in arg:
        return "00" + str(rng.randint(1, 4)) + digit_string(rng, 13)
    return (
        rng.choice(["zsj", "guilan", "qizb", "yinrt", "bwx", "youym", "quchm"])
        + rng.choice(["", "_", "."])
        + digit_string(rng, 3)
    )


def bank(rng: random.Random, row: Row, arg: str) -> str:
    if "org" in arg:
        return rng.choice(["1507", "2910", "1400", "3610", "2003"]) + digit_string(
            rng, rng.choice([13, 15, 17])
        )
    n = digits.luhn(
        rng.choice(["621226", "622848", "621700", "623058", "621799", "622908"]) + digit_string(rng, 12)
    )
    if "mask" in arg:
        return n[:6] + "*" * 9 + n[-4:]
    if "dirty" in arg:
        return rng.choice([n, " ".join(n[i : i + 4] for i in range(0, 19, 4)), "'" + n, n + " ", "工行" + n])
    return n


def plate(rng: random.Random, row: Row, arg: str) -> str:
    head = words.REGIONS[row.person("").seat][0] + rng.choice("ABCDEG")
    tail = (
        rng.choice("DF") + digit_string(rng, 5)
        if rng.random() < 0.35
        else rng.choice("ABKLMQ0123456789") + digit_string(rng, 4)
    )
    if "mask" in arg:
        return head + tail[0] + "***" + tail[4:]
    return head + rng.choice(["·", " ", "-"]) + tail if "dot" in arg else head + tail


def vin(rng: random.Random, row: Row, arg: str) -> str:
    head = rng.choice(["LSVAM418", "LGXC16DF", "LFV2A215", "LBVHY150", "LRWYGCEK", "LZWADAGA"])
    return digits.vin(head + "0" + rng.choice("EFGHJKLMNPR") + rng.choice("CDE") + digit_string(rng, 6))


def biometric(rng: random.Random, row: Row, arg: str) -> str:
    k = f"{rng.getrandbits(48):012x}"
    files = {
        "face": f"/face/2025/{k[:2]}/{k}.jpg",
        "finger": f"fp_{k}_{rng.choice(['L1', 'R1', 'R2'])}.wsq",
        "voice": f"voiceprint/{k}.pcm",
        "iris": f"iris/{k[:4]}/{k}.bmp",
        "vec": "[" + ",".join(f"{rng.uniform(-1, 1):.4f}" for _ in range(8)) + ",...]",
    }
    return files.get(arg.rstrip("23")) or base64.b64encode(rng.randbytes(36)).decode()


def free(rng: random.Random, row: Row, arg: str) -> str:
    p, q = row.person(""), row.person("2")
    hidden = {
        "id": f"身份证{p.id}",
        "bank": f"打入卡号{bank(rng, row, '')}",
        "tel": f"联系{q.name}{q.mobile}",
        "home": f"住{p.address}",
    }.get(arg, f"电话{p.mobile}")
    plain = ["已回访，表示满意。", "资料不齐，待补正", "正在核实", "同意，按程序办理。", ""]
    full = [
        f"{p.name}来电反映，{hidden}，要求尽快处理",
        f"经与{p.name}核实，{hidden}，情况属实",
        f"已通知本人（{p.name}，{hidden}）",
        f"转{q.name}办理；{hidden}",
    ]
    return rng.choice(full) if rng.random() < 0.6 else rng.choice(plain)


def serial(rng: random.Random, row: Row, arg: str) -> str:
    """A pattern: `#` a digit, `@` a capital, `$` a hexadecimal, `%` the number of the row."""
    subs = {
        "#": lambda: rng.choice("0123456789"),
        "@": lambda: rng.choice("ABCDEFGHJK"),
        "$": lambda: f"{rng.randrange(16):x}",
    }
    out = "".join(subs[c]() if c in subs else c for c in arg)
    return out.replace("%", f"{row.number:05d}")


def number(rng: random.Random, row: Row, arg: str) -> str:
    """`low high places`."""
    low, high, *rest = arg.split()
    value = rng.uniform(float(low), float(high))
    text = f"{value:.{int(rest[0]) if rest else 0}f}"
    return f"{float(text):,.2f}" if len(rest) > 1 else text


def ip(rng: random.Random, row: Row, arg: str) -> str:
    if arg == "6":
        return f"240e:{rng.randrange(4096):x}:{rng.randrange(65536):x}::{rng.randrange(65536):x}"
    head = rng.choice(["10", "172.16", "192.168", "117.40", "223.86"])
    return ".".join([head, *(str(rng.randint(1, 254)) for _ in range(3 - head.count(".")))])


def sex(rng: random.Random, row: Row, arg: str) -> str:
    forms = arg.split("/") if arg else ["男", "女"]
    return forms[0 if row.person("").sex == "男" else 1]


def mac(rng: random.Random, row: Row, arg: str) -> str:
    sep = {"dash": "-", "bare": ""}.get(arg, ":")
    return sep.join(f"{rng.randrange(256):02{'X' if arg else 'x'}}" for _ in range(6))


def house(rng: random.Random, row: Row, arg: str) -> str:
    short, full = words.REGIONS[row.person("").seat][:2]
    city = full[full.index("市") - 2 : full.index("市") + 1]
    if arg == "old" or (arg == "both" and rng.random() < 0.4):
        return f"{city[:1]}房权证{rng.choice(['浔', '兴', '秀'])}字第{digit_string(rng, 7)}号"
    return f"{short}({rng.randint(2017, 2026)}){city}不动产权第{digit_string(rng, 7)}号"


def division(rng: random.Random, row: Row, arg: str) -> str:
    return row.person("").seat + {
        "9": f"0{digit_string(rng, 2)}",
        "12": f"0{digit_string(rng, 2)}2{digit_string(rng, 2)}",
    }.get(arg, "")


def organisation(rng: random.Random, row: Row, arg: str) -> str:
    n = row.firm("").org
    return n[:8] + "-" + n[8] if arg == "dash" else n


def firm(rng: random.Random, row: Row, arg: str) -> str:
    """`firm 养老服务`: an enterprise of that trade."""
    f, trade = row.firm(arg), arg.strip(" 23")
    return f.head + trade + rng.choice(["有限公司", "有限责任公司", "中心(有限合伙)"]) if trade else f.name


def firm_account(rng: random.Random, row: Row, arg: str) -> str:
    return rng.choice([row.firm("").uscc, row.firm("").licence, organisation(rng, row, "dash")])


MAKERS: dict[str, makers.Maker] = {
    "name": makers.name,
    "id": makers.identity,
    "permit": makers.permit,
    "frp": makers.foreign_permit,
    "hk": makers.hk,
    "tw": makers.taiwan,
    "passport": makers.passport,
    "mil": makers.military,
    "ssn": makers.insurance,
    "birth": makers.birth,
    "day": makers.day,
    "age": makers.age,
    "home": makers.home,
    "place": makers.place,
    "mobile": mobile,
    "tel": landline,
    "email": email,
    "account": account,
    "bank": bank,
    "plate": plate,
    "vin": vin,
    "bio": biometric,
    "free": free,
    "serial": serial,
    "num": number,
    "ip": ip,
    "sex": sex,
    "mac": mac,
    "house": house,
    "div": division,
    "org": organisation,
    "orgmix": firm_account,
    "dfn": lambda rng, row, arg: row.person("").region[:4] + digit_string(rng, 8),
    "imei": lambda rng, row, arg: digits.luhn(rng.choice(["86", "35"]) + digit_string(rng, 12)),
    "uscc": lambda rng, row, arg: row.firm(arg).uscc,
    "licence": lambda rng, row, arg: row.firm(arg).licence,
    "firm": firm,
    "seat": lambda rng, row, arg: row.firm(arg).address,
    "post": lambda rng, row, arg: words.REGIONS[row.person("").seat][2][:4] + digit_string(rng, 2),
    "pick": lambda rng, row, arg: rng.choice(arg.split(";")),
    "w": lambda rng, row, arg: rng.choice(words.LISTS[arg]),
    "ws": lambda rng, row, arg: "、".join(rng.sample(words.LISTS[arg], rng.choice([1, 1, 2, 3]))),
    "row": lambda rng, row, arg: str(row.number),
    "none": lambda rng, row, arg: "",
}
