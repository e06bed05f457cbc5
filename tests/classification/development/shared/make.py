"""Write these sources anew: ``python -m tests.classification.development.shared.make``.

Their headings, word lists and forms of writing are others than those of the held-out sources.
"""

# One line a column or word list reads best.
# ruff: noqa: E501

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path
from random import Random
from typing import Any, Final

from tests.classification import digits
from tests.classification.making import Col, Maker, Table, write

_FAMILY: Final = "赵钱孙李周吴郑王冯陈褚卫蒋沈韩杨"
_GIVEN: Final = (
    "子墨",
    "一诺",
    "国强",
    "秀珍",
    "婉清",
    "大勇",
    "丽君",
    "文博",
    "芷若",
    "铁柱",
    "晨曦",
    "银花",
)
_AREAS: Final = ("110105", "310115", "500103", "230102", "450103", "620102")
_WHERE: Final = (
    "北京市朝阳区",
    "上海市浦东新区",
    "重庆市渝中区",
    "黑龙江省哈尔滨市道里区",
    "广西南宁市青秀区",
)
_LANES: Final = ("民主路", "新华街", "三元里", "复兴大街", "长虹路")
_FIRMS: Final = (
    "北京宏基伟业科技有限公司",
    "上海浦江贸易有限公司",
    "重庆山城火锅餐饮有限责任公司",
    "哈尔滨冰城食品厂",
    "南宁绿都农业合作社",
)


def _some(*values: str) -> Maker:
    return lambda r, p, i: r.choice(values)


def _digits(length: int, front: str = "") -> Maker:
    return lambda r, p, i: front + "".join(r.choice("0123456789") for _ in range(length - len(front)))


def _date(first: int, last: int, shape: str = "%Y-%m-%d") -> Maker:
    start, days = date(first, 1, 1), (last - first) * 365
    return lambda r, p, i: (start + timedelta(r.randrange(days))).strftime(shape)


def _amount(low: float, high: float) -> Maker:
    return lambda r, p, i: f"{r.uniform(low, high):.2f}"


def _p(key: str) -> Maker:
    return lambda r, p, i: str(p[key])


def _resident(r: Random, i: int) -> dict[str, Any]:
    return _somebody(r, 1945, 2004)


def _pupil(r: Random, i: int) -> dict[str, Any]:
    return _somebody(r, 2014, 2020)


def _somebody(r: Random, first: int, last: int) -> dict[str, Any]:
    born = date(first, 1, 1) + timedelta(r.randrange((last - first) * 365))
    serial = r.randrange(1, 999)
    return {
        "name": r.choice(_FAMILY) + r.choice(_GIVEN),
        "born": born,
        "sex": "男" if serial % 2 else "女",
        "id": digits.resident(f"{r.choice(_AREAS)}{born:%Y%m%d}{serial:03d}"),
        "phone": r.choice(("137", "150", "188", "199")) + _digits(8)(r, {}, 0),
        "home": f"{r.choice(_WHERE)}{r.choice(_LANES)}{r.randrange(1, 99)}号{r.randrange(1, 20)}号楼{r.randrange(101, 1900)}",
    }


def _credit(r: Random, p: object, i: int) -> str:
    inner = digits.organisation("MA" + _digits(6)(r, {}, 0))
    return digits.credit("91" + r.choice(_AREAS) + inner)


def _card(r: Random, p: object, i: int) -> str:
    return digits.luhn("622202" + _digits(12)(r, {}, 0))


_SUBSIDY: Final = Table("补贴发放", (
    Col("序号", "none", lambda r, p, i: str(i + 1)),
    Col("领取人姓名", "person_name", _p("name")),
    Col("领取人身份证号码", "resident_id", _p("id")),
    Col("联系手机", "mobile", _p("phone")),
    Col("家庭详细地址", "address", _p("home")),
    Col("一卡通账号", "bank_card", _card),
    Col("残疾类别", "medical", _some("视力残疾", "听力残疾", "肢体残疾", "智力残疾")),
    Col("发放金额", "income", _amount(80, 1500)),
    Col("发放月份", "none", _date(2025, 2026, "%Y%m"), "lookalike"),
    Col("民族", "ethnic_group", _some("汉族", "壮族", "回族", "满族")),
    Col("婚姻状态", "marital_status", _some("未婚", "已婚", "丧偶", "离婚")),
    Col("审批单号", "none", _digits(18, "2025"), "lookalike"),
), 30, _resident, persons=True)  # fmt: skip

_PUPILS: Final = Table("新生报名", (
    Col("儿童姓名", "person_name", _p("name")),
    Col("儿童生日", "minor", lambda r, p, i: p["born"].isoformat()),
    Col("儿童性别", "sex", _p("sex")),
    Col("父亲手机", "mobile", _p("phone")),
    Col("户口地址", "address", _p("home")),
    Col("报名号", "none", _digits(8, "2026"), "lookalike"),
    Col("报名学校", "none", _some("中心小学", "第二小学", "附属小学"), "lookalike"),
), 30, _pupil, persons=True, children=True)  # fmt: skip

_COMPANIES: Final = Table("企业名录", (
    Col("企业全称", "enterprise_name", _some(*_FIRMS)),
    Col("统一社会信用代码证号", "uscc", _credit),
    Col("工商注册号", "business_licence", lambda r, p, i: digits.licence(r.choice(_AREAS) + _digits(8)(r, {}, 0))),
    Col("组织机构代码证", "organisation_code", lambda r, p, i: digits.organisation(_digits(8, "7")(r, {}, 0))),
    Col("法定代表", "person_name", lambda r, p, i: r.choice(_FAMILY) + r.choice(_GIVEN)),
    Col("注册地", "address", lambda r, p, i: f"{r.choice(_WHERE)}{r.choice(_LANES)}{r.randrange(1, 99)}号"),
    Col("注册资本金", "none", _amount(10, 5000)),
    Col("注册日期", "none", _date(2000, 2024), "lookalike"),
    Col("座机", "landline", lambda r, p, i: "010-" + _digits(8, "6")(r, {}, 0)),
    Col("邮政编码", "postcode", _digits(6, "10")),
    Col("区划代码", "division_code", _some(*_AREAS)),
    Col("主营", "none", _some("软件开发", "食品加工", "餐饮服务"), "lookalike"),
), 30)  # fmt: skip

_DEVICES: Final = Table("network_log", (
    Col("user_id", "account", lambda r, p, i: "u" + _digits(6)(r, {}, 0)),
    Col("src_ip", "ip_address", lambda r, p, i: f"{r.randrange(1, 223)}.{r.randrange(256)}.{r.randrange(256)}.{r.randrange(1, 255)}"),
    Col("mac_addr", "mac_address", lambda r, p, i: ":".join(f"{r.randrange(256):02x}" for _ in range(6))),
    Col("imei", "imei", lambda r, p, i: digits.luhn("35" + _digits(12)(r, {}, 0))),
    Col("mail_to", "email", lambda r, p, i: f"user{r.randrange(999)}@{r.choice(('sohu.com', 'aliyun.com', '189.cn'))}"),
    Col("bytes", "none", _digits(7)),
    Col("trace_id", "none", lambda r, p, i: r.randbytes(8).hex(), "lookalike"),
    Col("at", "none", _date(2026, 2027, "%Y-%m-%d 10:00:00")),
), 30)  # fmt: skip

_CARS: Final = Table("停车", (
    Col("车牌号", "plate", lambda r, p, i: r.choice("京沪渝黑桂") + r.choice("ABC") + _digits(5)(r, {}, 0)),
    Col("车架号", "vin", lambda r, p, i: digits.vehicle("LHG" + "CM5" + "0" * 5 + _digits(6)(r, {}, 0))),
    Col("车主", "person_name", _p("name")),
    Col("档案号", "driver_file_number", _digits(12, "1101")),
    Col("停车场", "none", _some("东门停车场", "李村停车场", "王府停车楼"), "lookalike"),
    Col("进场", "none", _date(2026, 2027, "%Y/%m/%d 12:30"), "lookalike"),
    Col("缴费", "none", _amount(2, 60)),
    Col("流水号", "none", _digits(16, "6"), "lookalike"),
), 30, _resident)  # fmt: skip

_DESK: Final = Table("窗口办件", (
    Col("申请人", "person_name", _p("name")),
    Col("护照号", "passport", lambda r, p, i: "E" + _digits(8)(r, {}, 0)),
    Col("军人证件号", "military_id", lambda r, p, i: f"南字第{_digits(8)(r, {}, 0)}号"),
    Col("社会保障卡号", "social_security_number", lambda r, p, i: "C" + _digits(8)(r, {}, 0)),
    Col("不动产证号", "housing_certificate", lambda r, p, i: f"京(2021)朝不动产权第{_digits(7)(r, {}, 0)}号"),
    Col("政治身份", "political_status", _some("群众", "中共党员", "共青团员")),
    Col("受教育程度", "education", _some("大学", "高中", "初中", "研究生")),
    Col("宗教", "religion", _some("无", "佛教", "基督教", "伊斯兰教")),
    Col("有无犯罪记录", "criminal_record", _some("无", "盗窃", "故意伤害", "酒驾")),
    Col("面部照片", "biometric", lambda r, p, i: f"face/{_digits(6)(r, {}, 0)}.png"),
    Col("说明", "free_text", lambda r, p, i: f"{p['name']}来电{p['phone']}要求补件" if i % 2 else "已受理"),
    Col("事项", "none", _some("户口迁移", "公积金提取", "老年证办理"), "lookalike"),
    Col("办结时间", "none", _date(2026, 2027, "%Y%m%d"), "lookalike"),
    Col("出生年月", "date_of_birth", lambda r, p, i: f"{p['born']:%Y-%m-%d}"),
), 30, _resident, persons=True)  # fmt: skip

_SITES: Final = Table("poi", (
    Col("poi_name", "none", _some("人民公园", "沈家门港", "钱江新城", "吴王台"), "lookalike"),
    Col("longitude", "coordinates", _amount(116.1, 116.6)),
    Col("latitude", "coordinates", _amount(39.7, 40.1)),
    Col("district", "none", _some("朝阳区", "浦东新区", "道里区"), "lookalike"),
    Col("visits", "none", _digits(4)),
    Col("hotline", "none", _some("12345", "12328", "95598"), "lookalike"),
), 30)  # fmt: skip

SOURCES: Final = {
    "subsidies": (_SUBSIDY,),
    "enrolment": (_PUPILS,),
    "companies": (_COMPANIES,),
    "network": (_DEVICES,),
    "parking": (_CARS,),
    "service_desk": (_DESK,),
    "points": (_SITES,),
}

if __name__ == "__main__":
    print(write(Path(__file__).parent, SOURCES), "columns of", len(SOURCES), "sources")
