"""Invented columns of every kind, and columns that look like one: what detectors are developed on.

Nothing here is a person's: numbers are drawn from a fixed seed, their check digits computed, words made up.
"""

# ruff: noqa: E501 - a table reads best with one row a line
from __future__ import annotations

import random
from collections.abc import Callable
from datetime import date, timedelta
from typing import Final

from tests.classification import digits

ROWS: Final = 120
RANDOM: Final = random.Random(43697)
_pick = RANDOM.choice


def _number(length: int) -> str:
    return "".join(_pick("0123456789") for _ in range(length))


def _letters(length: int, alphabet: str = "ABCDEFGHJKLMNPQRSTUVWXYZ") -> str:
    return "".join(_pick(alphabet) for _ in range(length))


def day(first: int = 1945, last: int = 2004) -> date:
    return date(first, 1, 1) + timedelta(days=RANDOM.randrange((last - first + 1) * 365))


def resident(born: date | None = None, region: str = "") -> str:
    region = region or _pick(["330106", "330108", "340102", "420111", "510104"])
    return digits.resident(f"{region}{born or day():%Y%m%d}{_number(3)}")


def credit() -> str:
    inner = digits.organisation("MA" + _letters(6, "0123456789ABCDEFGHJK"))
    return digits.credit(_pick(["91", "92", "93"]) + _pick(["330106", "340102", "420111"]) + inner)


def mobile() -> str:
    return "1" + _pick(["30", "36", "38", "51", "58", "77", "87", "99"]) + _number(8)


def person() -> str:
    return _pick("周吴郑冯陈褚卫蒋沈韩杨朱秦尤许何吕施张孔曹严") + _pick(
        [
            "建华",
            "秀兰",
            "志强",
            "晓梅",
            "子涵",
            "文博",
            "丽",
            "军",
            "欣怡",
            "海燕",
            "国栋",
            "雅琴",
            "俊杰",
            "玉珍",
        ]
    )


def firm() -> str:
    return (
        _pick(["杭州", "合肥市", "武汉", "成都", "蜀山区"])
        + _pick(["启辰", "鼎盛", "云帆", "禾田", "博远"])
        + _pick(
            [
                "科技有限公司",
                "建材经营部",
                "餐饮管理有限公司",
                "物流股份有限公司",
                "便利店",
                "种植专业合作社",
                "机械厂",
            ]
        )
    )


def address() -> str:
    return _pick(["浙江省杭州市西湖区", "合肥市蜀山区", "武汉市洪山区", "成都市金牛区"]) + _pick(
        ["文三路", "黄山路", "珞喻路", "一环路北段"]
    ) + f"{RANDOM.randrange(1, 400)}号{RANDOM.randrange(1, 30)}幢{RANDOM.randrange(101, 1900)}室"  # fmt: skip


def _rows(make: Callable[[], str]) -> list[str]:
    return [make() for _ in range(ROWS)]


def _of(*words: str) -> Callable[[], str]:
    return lambda: _pick(words)


_DIAGNOSES: Final = _of(
    "原发性高血压", "2型糖尿病", "急性上呼吸道感染", "慢性胃炎", "腰椎间盘突出症", "脑梗死", "右侧桡骨骨折"
)
_ICD: Final = _of("I10.x00", "E11.900", "J06.900", "K29.500", "M51.202", "I63.900", "S52.500")
_MILITARY: Final = lambda: _pick("南北东西政后参") + "字第" + _number(8) + "号"  # noqa: E731
_CERTIFICATE: Final = lambda: (  # noqa: E731
    f"浙({RANDOM.randrange(2016, 2025)})杭州市不动产权第{_number(7)}号"
)

# kind -> maker of values, headings that mean it, whether the values alone show it
KINDS: Final[dict[str, tuple[Callable[[], str], tuple[str, ...], bool]]] = {
    "resident_id": (resident, ("身份证号", "公民身份号码", "sfzhm", "id_card_no", "sqrsfzh"), True),
    "residence_permit": (
        lambda: resident(region=_pick(["810000", "820000", "830000"])),
        ("港澳台居民居住证号码", "gatjmjzz"), True,
    ),
    "foreign_resident_permit": (
        lambda: digits.resident(f"9{_pick(['11', '31', '44'])}{_pick(['840', '392', '826'])}{day():%Y%m%d}{_number(3)}"),
        ("外国人永久居留证号", "permanent_resident_id"), True,
    ),
    "hk_macao_permit": (lambda: _pick("HM") + _number(8), ("港澳居民来往内地通行证号码", "回乡证号"), True),
    "taiwan_permit": (lambda: _number(8), ("台胞证号", "台湾居民来往大陆通行证号", "tbzh"), False),
    "passport": (lambda: _pick(["E", "G", "EA", "EK"])[:2].ljust(1) + _number(8), ("护照号码", "passport_no", "hzhm"), False),
    "military_id": (_MILITARY, ("军官证号", "士兵证号", "officer_id"), True),
    "social_security_number": (lambda: _number(10), ("社会保障号码", "社保卡号", "sbkh"), False),
    "driver_file_number": (lambda: "3301" + _number(8), ("驾驶证档案编号", "jszdabh"), False),
    "uscc": (credit, ("统一社会信用代码", "tyshxydm", "credit_code"), True),
    "organisation_code": (
        lambda: digits.organisation(_number(8)), ("组织机构代码", "zzjgdm", "org_code"), True,
    ),
    "business_licence": (lambda: digits.licence("330106" + _number(8)), ("营业执照注册号", "yyzzzch"), True),
    "mobile": (mobile, ("手机号码", "联系电话", "lxdh", "contactPhone", "mobile"), True),
    "landline": (lambda: f"0571-8{_number(7)}", ("固定电话", "办公电话", "fax"), True),
    "email": (lambda: f"{_letters(6).lower()}{_number(2)}@{_pick(['qq.com', '163.com', 'mail.example.cn'])}", ("电子邮箱", "dzyx", "email"), True),
    "account": (lambda: _number(9).lstrip("0"), ("QQ号", "微信号", "login_name", "支付宝账号"), False),
    "bank_card": (lambda: digits.luhn("622848" + _number(12)), ("银行卡号", "yhkh", "card_no", "开户账号"), True),
    "plate": (lambda: "浙A" + _letters(1) + _number(4), ("车牌号", "hphm", "plate_no"), True),
    "vin": (lambda: digits.vehicle("LSV" + _letters(5, "ABCDEFGH12345") + "0" + _letters(4, "ABCDE12345") + _number(4)), ("车辆识别代号", "车架号", "vin"), True),
    "imei": (lambda: digits.luhn("86" + _number(12)), ("手机串号", "imei"), True),
    "person_name": (person, ("姓名", "法定代表人", "联系人姓名", "xm", "applicant_name"), True),
    "enterprise_name": (firm, ("企业名称", "dwmc", "company_name", "工作单位"), True),
    "date_of_birth": (lambda: f"{day():%Y-%m-%d}", ("出生日期", "csrq", "date_of_birth"), False),
    "address": (address, ("家庭住址", "经营地址", "jtzz", "home_address"), True),
    "housing_certificate": (_CERTIFICATE, ("不动产权证号", "房产证号", "bdcqzh"), True),
    "division_code": (lambda: _pick(["330102", "330105", "330106", "330108", "330110", "330182"]), ("行政区划代码", "xzqhdm", "adcode"), True),
    "postcode": (lambda: "31" + _number(4), ("邮政编码", "邮编", "yzbm", "zip_code"), False),
    "coordinates": (lambda: f"120.{_number(6)}", ("经度", "longitude", "lng"), False),
    "ip_address": (lambda: ".".join(str(RANDOM.randrange(1, 255)) for _ in range(4)), ("登录IP", "client_ip"), True),
    "mac_address": (lambda: ":".join(f"{RANDOM.randrange(256):02x}" for _ in range(6)), ("MAC地址", "mac"), True),
    "medical": (_DIAGNOSES, ("诊断名称", "主要诊断", "diagnosis", "jbmc"), True),
    "religion": (_of("佛教", "无宗教信仰", "基督教", "伊斯兰教", "道教"), ("宗教信仰", "religion"), True),
    "ethnic_group": (_of("汉族", "汉族", "回族", "畲族", "苗族"), ("民族", "mz", "ethnic_group"), True),
    "sex": (_of("男", "女"), ("性别", "xb", "gender"), True),
    "marital_status": (_of("已婚", "未婚", "离异", "丧偶"), ("婚姻状况", "hyzk", "marital_status"), True),
    "biometric": (lambda: f"/data/face/{_number(8)}.jpg", ("人脸照片", "face_image"), True),
    "income": (lambda: f"{RANDOM.randrange(20, 900) * 100}", ("家庭年收入", "月工资", "annual_income"), False),
    "criminal_record": (_of("盗窃罪", "危险驾驶罪", "故意伤害罪，有期徒刑一年", "诈骗罪缓刑二年"), ("犯罪记录", "罪名"), True),
    "political_status": (_of("中共党员", "群众", "共青团员"), ("政治面貌", "zzmm"), True),
    "education": (_of("本科", "大专", "高中", "初中", "硕士研究生"), ("文化程度", "学历", "education"), True),
    "free_text": (lambda: f"来电人反映小区{_pick(['噪声', '停水', '占道'])}，请回电{mobile()}处理", ("诉求内容", "备注"), True),
}  # fmt: skip

# What it is -> heading, maker: columns that look like something sensitive and are none of it
LOOK_ALIKES: Final[dict[str, tuple[str, Callable[[], str]]]] = {
    "order numbers of 18 digits": ("订单编号", lambda: _pick("123456789") + _number(17)),
    "order numbers with a date inside": ("f7", lambda: f"330106{date(2019, 1, 1) + timedelta(RANDOM.randrange(900)):%Y%m%d}{_number(4)}"),
    "numbers of 16 digits that pass Luhn by chance": ("c03", lambda: "62" + _number(14)),
    "credit-code shapes that pass by chance": ("c9", lambda: "91330106" + _letters(10, "0123456789ABCDEFGH")),
    "mountains and cities": ("去向", _of("黄山", "华山", "泰山", "高邮", "安吉", "温州", "白云", "江阴", "万宁", "常熟")),
    "vegetables": ("品名", _of("黄瓜", "白菜", "马铃薯", "金针菇", "石榴", "苗木", "花生", "方竹", "高粱", "熊猫")),
    "dates that are no births": ("成立日期", lambda: f"{day(1990, 2024):%Y-%m-%d}"),
    "dates without a heading": ("d2", lambda: f"{day():%Y-%m-%d}"),
    "serials that look like phones": ("设备编号", lambda: "1390000" + _number(4)),
    "codes padded with zeros": ("编码", lambda: _number(6).zfill(18)),
    "amounts": ("应收金额", lambda: f"{RANDOM.random() * 9000:.2f}"),
    "counts": ("v1", lambda: str(RANDOM.randrange(1, 500))),
    "states": ("办理状态", _of("已办结", "受理中", "退回")),
    "departments": ("承办部门", _of("市民政局", "市教育局", "区卫健局")),
    "telephone kinds": ("电话归属地", _of("浙江杭州", "安徽合肥", "湖北武汉")),
    "yes or no": ("是否有手机号", _of("是", "否")),
    "roads": ("道路名称", _of("文三路", "黄山路", "江北大道", "高新路", "白云路")),
    "year and month": ("账期", lambda: f"{RANDOM.randrange(2015, 2026)}{RANDOM.randrange(1, 13):02d}"),
    "hexadecimal digests": ("摘要", lambda: "".join(_pick("0123456789abcdef") for _ in range(32))),
    "prose without anybody": ("处理意见", _of("已转交城管部门现场处置，噪声已停止", "经核查路灯已于当日修复", "建议加强巡查力度并公示结果")),
    "temperatures": ("t", lambda: f"{RANDOM.uniform(-5, 40):.1f}"),
    "version numbers": ("app_version", lambda: f"{RANDOM.randrange(1, 9)}.{RANDOM.randrange(0, 20)}.{RANDOM.randrange(0, 99)}"),
    "seats": ("座位", lambda: _pick("ABCDEF") + f"{RANDOM.randrange(1, 60):02d}"),
    "schools": ("学校名称", _of("文一街小学", "学军中学", "采荷第二幼儿园")),
}  # fmt: skip


def column(kind: str) -> list[str]:
    """A column of a kind."""
    return _rows(KINDS[kind][0])


def look_alike(name: str) -> list[str]:
    """A column that looks like something and is not."""
    return _rows(LOOK_ALIKES[name][1])
