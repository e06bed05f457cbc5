"""Headings and ways of writing in use at departments, and look-alikes under headings that tempt."""

# ruff: noqa: E501 - a table reads best with one row a line
from __future__ import annotations

import random
from collections.abc import Callable
from datetime import date, timedelta

import pytest

from catalog.classify.judging import judge
from tests.classification import digits
from tests.classification.development.examples import address, credit, day, firm, mobile, person, resident

DICE = random.Random(21)
ROWS = 30


def some(*words: str) -> Callable[[], str]:
    return lambda: DICE.choice(words)


def digits_of(length: int, first: str = "") -> Callable[[], str]:
    return lambda: first + "".join(DICE.choice("0123456789") for _ in range(length))


def disabled() -> str:
    return resident() + DICE.choice("1234567") + DICE.choice("1234")


ICD = some("I10.x02", "E11.9", "J18.901", "K29.5", "M17.0", "S82.8")
CARD = lambda: digits.luhn("621700" + "".join(DICE.choice("0123456789") for _ in range(12)))  # noqa: E731

# kind -> maker, headings
WRITTEN: dict[str, tuple[str, Callable[[], str], tuple[str, ...]]] = {
    "school register numbers": ("resident_id", lambda: "G" + resident(), ("学籍号", "学籍主号", "xjh", "col_3")),
    "old register numbers": ("resident_id", lambda: "L" + resident(), ("全国学籍号码",)),
    "disability certificates": ("resident_id", disabled, ("残疾证号", "残疾人证号码", "c1")),
    "remarks behind": ("resident_id", lambda: resident() + "(本人)", ("证件号码", "备注", "zjhm")),
    "words before": ("resident_id", lambda: "身份证:" + resident(), ("有效证件", "证件信息")),
    "in groups": ("resident_id", lambda: (n := resident())[:6] + "-" + n[6:14] + "-" + n[14:], ("证件编号",)),
    "masked with dots": ("resident_id", lambda: resident()[:4] + "●" * 10 + resident()[14:], ("身份证件号", "a1")),
    "mask of unequal length": ("resident_id", lambda: resident()[:3] + "***" + resident()[16:], ("身份证号",)),
    "quoted": ("resident_id", lambda: "'" + resident(), ("sfzjh", "id_code", "CERT_ID", "AAC002")),
    "masked phones": ("mobile", lambda: mobile()[:3] + "****" + mobile()[7:], ("phone_masked", "v9", "联络方式")),
    "phones anywhere": ("mobile", mobile, ("备注", "其他", "主叫", "Tel1", "联系方式2", "预留", "contact_tel", "家长微信电话")),
    "phones with brackets": ("mobile", lambda: "(+86)" + mobile(), ("电话(手机)",)),
    "mails": ("email", lambda: f"u{DICE.randrange(9999)}@163.com", ("备注", "联系方式", "E-mail地址", "dzyx", "说明")),
    "cards": ("bank_card", CARD, ("发放卡号", "bank_acct", "银行卡(工资)", "AAE010", "收款人账号", "备注", "提现卡号")),
    "masked cards": ("bank_card", lambda: "6217 **** **** " + CARD()[-4:], ("卡号", "pan")),
    "payers": ("account", mobile, ("付款账号", "payer_account", "支付宝账户", "微信支付账号")),
    "mail payers": ("account", lambda: f"u{DICE.randrange(9999)}@qq.com", ("buyer_logon_id", "退款账户", "alipay_id")),
    "chat": ("account", lambda: "wxid_" + digits_of(9)(), ("微信", "wechat_no", "c5")),
    "roles": ("person_name", person, ("抄表员", "带班领导姓名", "承租方代表", "next_of_kin", "责任医生", "巡查人", "姓 名", "AAC003", "备注", "c2", "民警", "楼长", "鉴定人员", "对象", "签收", "xm")),
    "addressed": ("person_name", lambda: person()[0] + DICE.choice(["先生", "女士"]), ("称呼", "来电人", "市民", "c2")),
    "pinyin": ("person_name", some("LI/NA", "WANG/XIAOMING", "ZHAO/LEI"), ("姓名拼音", "英文姓名", "XMPY")),
    "traditional": ("person_name", some("陳偉明", "黃麗珍", "張國榮", "趙雪華", "許志安", "鄧婉儀"), ("姓名", "中文姓名", "持证人")),
    "masked names": ("person_name", lambda: person()[0] + DICE.choice(["某", "某某", "○○", "×"]), ("姓名(脱敏)", "c8", "户主")),
    "diagnosis codes": ("medical", ICD, ("DIAG_CODE", "诊断编码", "ZDDM", "疾病代码", "icd", "主诊断编码", "f9", "dise_codg", "jbbm")),
    "disability grades": ("medical", some("一级", "二级", "三级", "四级"), ("残疾等级", "伤残级别", "cjdj", "评残等级", "失能等级", "disability_level", "护理等级")),
    "disability kinds": ("medical", some("肢体", "视力", "听力", "精神"), ("残疾类别", "致残类型", "cjlb", "c4")),
    "disability codes": ("medical", some("1", "2", "3", "4"), ("残疾等级代码", "残疾类别码")),
    "examinations": ("medical", some("未见异常", "双肺纹理增多", "窦性心律"), ("检查结论", "体检结论", "心电图", "影像诊断意见")),
    "health": ("medical", some("健康", "良好", "一般", "患有慢性病"), ("健康状况", "身体状况", "jkzk", "health_status")),
    "measured": ("medical", lambda: f"{DICE.randrange(95, 160)}/{DICE.randrange(60, 99)}", ("血压", "blood_pressure")),
    "births d/m/y": ("date_of_birth", lambda: f"{day():%d/%m/%Y}", ("DOB", "出生日期", "birthday")),
    "births by month name": ("date_of_birth", lambda: f"{day():%d-%b-%Y}", ("BIRTH_DATE", "出生年月")),
    "births short": ("date_of_birth", lambda: f"{day():%Y.%m}", ("出生年月", "生日", "csny")),
    "births as serials": ("date_of_birth", lambda: str(20000 + DICE.randrange(15000)), ("出生日期",)),
    "faith": ("religion", some("1", "2", "3", "9"), ("宗教信仰代码", "信仰宗教码", "religion_code")),
    "believes": ("religion", some("信佛", "不信教", "信基督教"), ("信教情况", "是否信教", "所信宗教")),
    "crimes": ("criminal_record", some("盗窃", "诈骗", "无"), ("前科", "罪名", "案底情况", "有无犯罪记录", "crime_type", "所犯罪名")),
    "faces": ("biometric", lambda: f"http://10.1.1.3/pic/{digits_of(8)()}.jpg", ("人脸图片", "抓拍照片", "face_url", "人像")),
    "prints": ("biometric", lambda: "".join(DICE.choice("0123456789abcdef") for _ in range(64)), ("指纹模板", "指纹特征值", "finger", "zwmb")),
    "soldiers": ("military_id", lambda: "军字第" + digits_of(8)(), ("军官证号", "证件号码", "c1", "士兵证")),
    "crossings": ("address", some("文三路与学院路交叉口", "人民路以南、中山街以东", "建设大道路口"), ("违法地点", "案发地点", "事故地点", "建设地点")),
    "homes": ("address", address, ("装表地址", "AAE006", "校址", "hjdxz", "送餐地址", "备注")),
    "region codes": ("division_code", some("330106", "330108", "330110"), ("户籍区划", "ssqh", "籍贯代码", "行政区划")),
    "firms": ("enterprise_name", firm, ("被举报单位", "AAB004", "承运企业", "姓名", "物业", "运营单位")),
    "wages": ("income", lambda: str(DICE.randrange(2000, 9000)), ("AAC040", "应发合计", "月工资", "综合所得", "全年收入", "退休费")),
}  # fmt: skip

NOTHING: dict[str, tuple[Callable[[], str], tuple[str, ...]]] = {
    "office codes that begin like phones": (lambda: f"1{DICE.choice('35')}{DICE.choice('0278')}02{DICE.randrange(9)}0000" + "0", ("机关代码", "ZGSWJG_DM", "code")),
    "times that begin like phones": (lambda: f"1{DICE.randrange(3, 10)}{DICE.randrange(1, 13):02d}{DICE.randrange(1, 29):02d}1{DICE.randrange(4)}00{DICE.randrange(10)}", ("单号", "流水号")),
    "versions": (lambda: f"{DICE.randrange(9)}.{DICE.randrange(20)}.{DICE.randrange(9)}.{DICE.randrange(20)}", ("版本", "固件版本", "c3")),
    "school numbers": (lambda: f"2023{DICE.randrange(9)}{digits_of(6)()}", ("学籍号", "学号")),
    "offices": (some("区住建局", "市水务局", "街道办事处", "市教育局"), ("承办单位", "主办单位", "责任单位")),
    "medicines of a store": (some("阿莫西林胶囊", "板蓝根颗粒", "布洛芬片"), ("药品通用名", "药品名称")),
    "grades of hotels": (some("一级", "二级", "三级"), ("酒店等级", "风险等级", "防火等级")),
    "titles": (some("关于某超市销售过期食品的举报", "对某工地夜间施工的投诉"), ("标题", "事项")),
    "dates of the record": (lambda: f"{day(2015, 2025):%d/%m/%Y}", ("签发日期", "expiry", "入职日期")),
    "streets": (some("文三路", "黄山路", "白云路"), ("路名", "所属街道", "线路名称")),
    "dishes": (some("宫保鸡丁", "鱼香肉丝", "梅菜扣肉", "麻婆豆腐"), ("菜名", "名称")),
    "places like names": (some("文山", "吴忠", "周庄", "方山", "金华"), ("名称", "车站", "产地", "驻地")),
    "counts of patients": (lambda: str(DICE.randrange(1, 900)), ("病例数", "患者人数", "接种人次", "残疾人数")),
    "digests": (lambda: "".join(DICE.choice("0123456789abcdef") for _ in range(32)), ("sign", "身份证散列", "token")),
    "empty": (lambda: "", ("身份证号", "诊断", "备注", "c1")),
    "flags": (some("是", "否"), ("是否有身份证", "手机号是否验证", "已接种")),
    "plots": (lambda: f"330106{digits_of(13)()}", ("宗地编码", "房屋编码", "网格编码")),
    "kinds of papers": (some("身份证", "护照", "军官证"), ("证件类型", "证照种类")),
    "telephone models": (some("iPhone 13", "Mate 60", "Redmi K70"), ("手机型号", "终端型号")),
    "invoice numbers": (digits_of(18, "24"), ("发票号码", "票据号", "c7")),
    "barcodes": (digits_of(11, "69"), ("条码", "商品条形码")),
    "health offices": (some("市第一人民医院", "区中医院", "河口镇卫生院"), ("就诊医院", "医疗机构")),
}  # fmt: skip


@pytest.mark.parametrize(
    ("what", "heading"), [(what, heading) for what, row in WRITTEN.items() for heading in row[2]]
)
def test_a_kind_is_recognised_however_it_is_headed_and_written(what: str, heading: str) -> None:
    kind, make, _ = WRITTEN[what]
    assert judge({heading: [make() for _ in range(ROWS)]})[heading].kind == kind


@pytest.mark.parametrize(
    ("what", "heading"), [(what, heading) for what, row in NOTHING.items() for heading in row[1]]
)
def test_what_tempts_is_nothing(what: str, heading: str) -> None:
    make = NOTHING[what][0]
    judged = judge({heading: [make() for _ in range(ROWS)]})[heading]
    assert (judged.kind, judged.sensitive) == ("none", False)


@pytest.mark.parametrize("rows", [2, 3, 5])
@pytest.mark.parametrize(
    ("kind", "make", "heading"),
    [("resident_id", resident, "公民身份号"), ("mobile", mobile, "移动电话"), ("person_name", person, "人员姓名"),
     ("bank_card", CARD, "账户卡号"), ("uscc", credit, "信用代码"), ("medical", some("高血压"), "病情诊断")],
)  # fmt: skip
def test_few_rows_under_a_telling_heading_are_enough(
    kind: str, make: Callable[[], str], heading: str, rows: int
) -> None:
    assert judge({heading: [make() for _ in range(rows)]})[heading].kind == kind


def _times() -> list[str]:
    return [f"2026-03-0{1 + i % 9} 0{i % 10}:2{i % 6}:11" for i in range(ROWS)]


def _place() -> dict[str, list[str]]:
    return {
        "经度": [f"118.{DICE.randrange(10**5, 10**6)}" for _ in range(ROWS)],
        "纬度": [f"32.{DICE.randrange(10**5, 10**6)}" for _ in range(ROWS)],
    }


@pytest.mark.parametrize(
    "beside",
    [
        {"骑手姓名": person, "定位时间": None},
        {"车牌号": lambda: "苏A" + digits_of(5)(), "过车时间": None},
        {"设备IMEI": lambda: digits.luhn("86" + digits_of(12)()), "上报时刻": None},
        {"手机号": mobile, "签到人": person, "签到日": lambda: "2026-03-01"},
    ],
)
def test_places_beside_a_person_or_a_vehicle_and_a_time_are_tracks(
    beside: dict[str, Callable[[], str] | None],
) -> None:
    table = {h: _times() if make is None else [make() for _ in range(ROWS)] for h, make in beside.items()}
    judged = judge(table | _place())
    assert (judged["经度"].kind, judged["经度"].grade, judged["经度"].sensitive) == ("coordinates", 4, True)
    assert judged["纬度"].sensitive


def test_places_of_things_are_no_tracks_though_a_person_looks_after_them() -> None:
    judged = judge({"站点名称": ["东门"] * ROWS, "更新时间": _times()} | _place())
    assert (judged["经度"].grade, judged["经度"].personal) == (1, False)
    place = {"房屋" + heading: values for heading, values in _place().items()}
    judged = judge({"户主": [person() for _ in range(ROWS)], "走访时间": _times()} | place)
    assert not judged["房屋经度"].sensitive


@pytest.mark.parametrize(
    "table",
    [
        {"幼儿姓名": person, "母亲手机": mobile},
        {"受种者姓名": person, "监护人电话": mobile},
        {"学生": person, "班级": some("二（3）班", "一(2)班"), "家长电话": mobile},
        {"学生姓名": person, "年级": some("三年级", "五年级"), "联系方式": mobile},
        {"姓名": person, "周岁": some("5", "6", "9"), "电话": mobile},
        {"全国学籍号": lambda: "G" + resident(date(2015, 1, 1) + timedelta(DICE.randrange(900))), "联系电话": mobile},
        {"姓名": person, "DOB": lambda: f"{date(2017, 1, 1) + timedelta(DICE.randrange(900)):%d/%m/%Y}"},
    ],
)  # fmt: skip
def test_every_personal_column_of_children_is_sensitive(table: dict[str, Callable[[], str]]) -> None:
    judged = judge({heading: [make() for _ in range(ROWS)] for heading, make in table.items()})
    personal = [each for each in judged.values() if each.personal]
    assert len(personal) >= 2
    assert all(each.sensitive and each.grade == 4 for each in personal)


def test_teachers_and_offices_of_children_are_not_children() -> None:
    table = {
        "园长姓名": person,
        "幼儿园联系电话": lambda: "0571-8" + digits_of(7)(),
        "任教班级": some("二(1)班"),
    }
    judged = judge({heading: [make() for _ in range(ROWS)] for heading, make in table.items()})
    assert not any(each.sensitive for each in judged.values())


def test_the_certificate_of_a_disabled_person_is_sensitive_for_what_it_tells() -> None:
    judged = judge({"残疾证号": [disabled() for _ in range(ROWS)]})["残疾证号"]
    assert (judged.kind, judged.grade, judged.sensitive) == ("resident_id", 4, True)


def test_medicines_are_medical_where_persons_take_them() -> None:
    taken = [DICE.choice(["阿莫西林胶囊", "布洛芬片"]) for _ in range(ROWS)]
    assert judge({"药品名称": list(taken), "患者": [person() for _ in range(ROWS)]})["药品名称"].sensitive
    assert judge({"药品名称": list(taken), "处方号": [str(i) for i in range(ROWS)]})["药品名称"].sensitive


def test_a_passbook_is_a_persons_account_and_a_firms_is_not() -> None:
    numbers = [digits_of(16, "120")() for _ in range(ROWS)]
    names = [person() for _ in range(ROWS)]
    assert judge({"姓名": names, "银行账号": list(numbers)})["银行账号"].sensitive
    firm = judge({"法定代表人": names, "开户行账号": list(numbers)})["开户行账号"]
    assert (firm.kind, firm.personal, firm.grade) == ("bank_card", False, 1)
