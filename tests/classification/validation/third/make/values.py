"""Values of the kinds, in the ways systems write them."""

from . import numbers, words
from .cells import by_luhn, fill, kin, mixed, one, pat
from .people import Row


def name(r: Row) -> str:
    return r.p.name


def foreign_name(r: Row) -> str:
    return r.p.foreign


def idn(r: Row) -> str:
    return r.p.id


def id_lower(r: Row) -> str:
    return r.p.id.lower()


def old_id(r: Row) -> str:
    """Fifteen digits of the first generation."""
    return r.p.id[:6] + r.p.id[8:17]


def mobile(r: Row) -> str:
    return r.p.mobile


def spaced_mobile(r: Row) -> str:
    m = r.p.mobile
    return r.g.choice((f"{m[:3]} {m[3:7]} {m[7:]}", f"{m[:3]}-{m[3:7]}-{m[7:]}", f"+86 {m}", m, m))


def sex(r: Row) -> str:
    return "男" if r.p.man else "女"


def sex_code(r: Row) -> str:
    return "1" if r.p.man else "2"


def sex_letter(r: Row) -> str:
    return "M" if r.p.man else "F"


def age(r: Row) -> str:
    return str(r.p.age)


def division(r: Row) -> str:
    return r.p.division


def region(r: Row) -> str:
    return r.p.region


def address(r: Row) -> str:
    return r.p.region + r.p.home


def short_address(r: Row) -> str:
    return r.p.home


def firm(r: Row) -> str:
    return r.f.name


def uscc(r: Row) -> str:
    return r.f.uscc


def organ(r: Row) -> str:
    return r.f.organ


def organ_dashed(r: Row) -> str:
    return f"{r.f.organ[:8]}-{r.f.organ[8]}"


def licence(r: Row) -> str:
    return r.f.licence


def seat(r: Row) -> str:
    return r.f.seat


def firm_phone(r: Row) -> str:
    return r.f.phone


def vin(r: Row) -> str:
    return numbers.vin(r.g)


def plate(r: Row) -> str:
    return r.g.choice(
        (pat("鄂E#####", "鄂E@####", "鄂E##@##")(r), pat("鄂ED#####", "鄂EF#####", "鄂A·@####")(r))
    )


def permit_8x(r: Row) -> str:
    """A residence permit of somebody from Hong Kong, Macao or Taiwan."""
    return numbers.mod_11_2(
        f"{r.g.choice(('810000', '820000', '830000'))}{r.p.birth:%Y%m%d}{numbers.some_digits(r.g, 3)}"
    )


def permit_9(r: Row) -> str:
    """A foreigner's permanent residence card of 2023."""
    nation = r.g.choice(("840", "392", "410", "250", "643", "826", "276"))
    return numbers.mod_11_2(f"942{nation}{r.p.birth:%Y%m%d}{numbers.some_digits(r.g, 3)}")


def email(r: Row) -> str:
    host = r.g.choice(("163.com", "qq.com", "126.com", "outlook.com", "139.com", "sina.cn"))
    return _local(r) + "@" + host


def _local(r: Row) -> str:
    return pat("@@@####", "@@_@@@@", "1########", "@@@@.@@", "@@@@@88")(r).lower()


permit_old = pat("USA4205########", "JPN4205########", "KOR4205########", "GBR4205########")
hk_pass = pat("H0########", "H1########", "M0########", "H########")
tw_pass = pat("0#######", "1#######")
passport = pat("E########", "EA#######", "G########", "EJ#######")
foreign_passport = pat("TR#######", "M####@###", "5########", "##@@#####", "C01@#####")
army_id = pat("军字第#######号", "军字第0######号", "士字第#######号", "武字第#######号", "文字第#######号")
ssn = pat("E0#######", "E1#######", "E2#######")
social_number = pat("4205######", "42050#####")
driver_file = pat("4205########", "4201########")
landline = pat("0717-6######", "0717-7######", "07176######", "(0717)6######")
local_line = pat("6######", "7######")
card = by_luhn(
    "621700#########", "622848############", "622202############", "621799############", "622588#########"
)
passbook = pat("1807##############0", "82##############", "170#############")
firm_account = pat("1807############001", "4200#############", "82010########00##")
qq = pat("1########", "3########", "2##########", "########")
house = mixed(
    pat("鄂(2021)宜昌市不动产权第00#####号", "鄂（2019）宜昌市不动产权第01#####号"),
    pat("宜市房权证西陵区字第0######号", "宜市房权证伍家岗区字第03#####号"),
)
postcode = one("443000", "443001", "443002", "443100", "443300", "444100")
mac = pat("~~:~~:~~:~~:~~:~~")
imei = by_luhn("86############", "35############")
ethnic = one(*words.ETHNIC)
ethnic_code = one(*words.ETHNIC_CODES)
diagnosis = one(*words.DIAGNOSES)
drug = one(*words.DRUGS)
crime = one(*words.CRIMES)
term = one(*words.TERMS)
faith = one(*words.FAITHS)
party = one(*words.PARTY)
schooling = one(*words.SCHOOLING)
wedlock = one(*words.WEDLOCK)
job = one(*words.JOBS)
bank = one(*words.BANKS)
street = one(*words.STREETS)
community = one(*words.COMMUNITIES)
estate = one(*words.ESTATES)
status = one("正常", "正常", "正常", "注销", "待审核")
officer = kin(name)


def lon(r: Row) -> str:
    return f"{r.g.uniform(111.22, 111.48):.6f}"


def lat(r: Row) -> str:
    return f"{r.g.uniform(30.62, 30.80):.6f}"


def point(r: Row) -> str:
    return f"{lon(r)},{lat(r)}"


def ip(r: Row) -> str:
    start = r.g.choice(("10.42", "192.168", "113.57", "27.17"))
    return f"{start}.{r.g.randint(0, 255)}.{r.g.randint(1, 254)}"


def wechat(r: Row) -> str:
    return r.g.choice((pat("wxid_~~~~~~~~~~~~~~")(r), pat("@@@@####", "@@@_@@88")(r).lower(), r.p.mobile))


def openid(r: Row) -> str:
    return pat("oX@~@~@~#@~@@~~@#~@~@@~#@~@~")(r)


def alipay(r: Row) -> str:
    return r.p.mobile if r.g.random() < 0.6 else email(r)


def masked_email(r: Row) -> str:
    local, host = email(r).split("@")
    return f"{local[:2]}***@{host}"


def login(r: Row) -> str:
    return pat("@@@@###", "@@@_@@", "@@@@@@")(r).lower()


face_file = fill("/face/2023/{}.jpg", pat("0#/~~~~~~~~~~~~~~~~"))
finger = fill("Rk1SACAyMAAA{}", pat("@~@#@~@@#~@A@~~@#@A@AAAA@@~#@~~@@~@~=="))
