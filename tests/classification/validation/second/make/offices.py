"""Sources of money, work and enterprises: a bank, funds, market supervision, taxes, an ERP, utilities."""

from __future__ import annotations

from collections.abc import Mapping
from random import Random
from typing import Any

from tests.classification import digits
from tests.classification.making import Col, Table
from tests.classification.validation.second.make import words
from tests.classification.validation.second.make.values import (
    birth,
    blank,
    card,
    decimal,
    dirty,
    file_ref,
    firm,
    hidden,
    imei,
    ip,
    landline,
    mac,
    mixed,
    mobile,
    moment,
    num,
    number,
    of,
    other_name,
    passport,
    person,
    phrase,
    pick,
    place,
    serial,
    template,
    whole,
    wide,
)  # fmt: skip

ADULTS = person()
WORKERS = person(1966, 2002)
CELL = place(120.58, 31.30, 0.2)


def _mobile(r: Random, row: Mapping[str, Any], i: int) -> str:
    return mobile(r)


def _deed(r: Random, row: Mapping[str, Any], i: int) -> str:
    if r.random() < 0.3:
        return f"鄞房权证中字第{r.randrange(20080000, 20159999)}号"
    return f"浙（{r.randrange(2016, 2025)}）宁波市鄞州不动产权第{r.randrange(10**7):07d}号"


def _merchant(r: Random, row: Mapping[str, Any], i: int) -> str:
    return f"{r.choice(('工商银行苏州平江支行', '农行鄞州支行', '中国银行南山支行'))} {num(r, 19)}"


def _lucky(r: Random, row: Mapping[str, Any], i: int) -> str:
    return digits.luhn("20" + num(r, 16))


def _purchase(r: Random, row: Mapping[str, Any], i: int) -> str:
    """A purchase number of place, day and sequence that ends in the check digit of an identity number."""
    day = f"2024{r.randrange(1, 13):02d}{r.randrange(1, 29):02d}"
    return digits.resident(f"320506{day}{r.randrange(1, 999):03d}")


def _mail(r: Random, row: Mapping[str, Any], i: int) -> str:
    box, host = ("li.wei", "chenjie", "hr_wang", "sun", "xuli"), ("163.com", "qq.com", "tianhe-motor.com.cn")
    return f"{r.choice(box)}{r.randrange(1, 99)}@{r.choice(host)}"


def _holder(r: Random, row: Mapping[str, Any], i: int) -> str:
    return str(firm(r, i)["firm"])


BANK = (
    Table("CIF_BASE", (
        Col("CUST_FULL_NM", "person_name", of("name")),
        Col("CERT_NO_RAW", "resident_id", mixed(of("id"), passport, number(8, "H"), share=0.3), "mixed"),
        Col("CERT_TP", "none", pick("110001", "110003", "110023", "110019"), "lookalike"),
        Col("MAIN_ACCT", "bank_card", card("622848", "621785", "622700")),
        Col("PAN_MASKED", "bank_card", hidden(card("622202", "625859", length=16), 6, 4), "masked"),
        Col("MTH_SALARY_AMT", "income", decimal(3200, 42000, 2)),
        Col("LAST_LOGIN_IP", "ip_address", ip("36.152", "112.80", "223.104")),
        Col("BIND_DEV_IMEI", "imei", imei),
        Col("FACE_FEAT_VEC", "biometric", template(60)),
        Col("CNTCT_ADDR_1", "address", of("address")),
        Col("EBANK_USR_ID", "account", lambda r, row, i: f"{r.choice(('cfe', 'ebk', 'u'))}{num(r, 9)}"),
        Col("EDU_LVL_DESC", "education", pick(*words.DEGREES)),
    ), about=ADULTS, persons=True),
    Table("TXN_JNL", (
        Col("JNL_SEQ_19", "none", _lucky, "lookalike"),
        Col("CPTY_ACCT_NO", "bank_card", dirty(card("621700", "623058")), "dirty"),
        Col("CNAPS_12", "none", number(9, "102"), "lookalike"),
        Col("TXN_TS", "none", moment("%Y%m%d%H%M%S"), "lookalike"),
        Col("PSTSCRPT", "free_text", phrase("还款给{other} 卡{card}", "{other}货款，电话{phone}",
            "房租 {estate}{n}幢 转{card}", "{other} 借款"), personal=True, sensitive=True, grade=4),
        Col("ALIPAY_LOGON", "account", mixed(_mobile, _mail, share=0.4), "mixed", sensitive=True, grade=4),
        Col("TXN_CCY", "none", pick("CNY", "USD", "HKD")),
    ), about=ADULTS, persons=True),
)  # fmt: skip

HOUSING_FUND = (
    Table("gjj_grmx", (
        Col("JCRXM", "person_name", of("name")),
        Col("JCRZJH", "resident_id", of("id")),
        Col("LMKKH", "bank_card", card("621467", "621488")),
        Col("DWJCZH", "none", number(11, "20"), "lookalike"),
        Col("GRJCJS", "income", whole(2490, 38916)),
        Col("DKHTBAH18", "none", number(18), "lookalike"),
        Col("BDCQZSH", "housing_certificate", _deed),
        Col("GFDZ_ZL", "address", of("address")),
        Col("SJHM_TM", "mobile", hidden(_mobile, 3, 4), "masked"),
        Col("POXM", "person_name", other_name, missing=0.3),
        Col("HYQK_XQ", "marital_status", pick(*words.MARRIAGE)),
    ), about=ADULTS, persons=True),
)  # fmt: skip

SOCIAL_INSURANCE = (
    Table("参保缴费", (
        Col("个人社保编号（10位）", "social_security_number", number(10)),
        Col("社会保障号(与证件一致)", "resident_id", of("id"), "heading"),
        Col("社保卡面卡号", "social_security_number", lambda r, row,
            i: f"{r.choice('ABDJY')}{r.randrange(10**8):08d}"),
        Col("参保人姓名/曾用", "person_name", of("name")),
        Col("缴费工资基数(元)", "income", whole(3800, 24930)),
        Col("参保单位全名", "enterprise_name", _holder),
        Col("单位组织机构代码证", "organisation_code", lambda r, row, i: (code := str(firm(r,
            i)["organisation"]))[:8] + "-" + code[8]),
        Col("单位社险登记码", "none", number(8, "32"), "lookalike"),
        Col("待遇发放账户", "bank_card", card("622848", "621599")),
        Col("工伤伤情", "medical", pick("右手食指末节缺损", "腰椎压缩性骨折", "尘肺壹期", "噪声聋",
            "脑外伤", "烧伤面积12%"), missing=0.3),
        Col("险种标识", "none", pick("110", "210", "310", "410", "510")),
        Col("申报次序", "none", serial("", 1, 1)),
    ), about=WORKERS, persons=True),
    Table("医保结算", (
        Col("医保个人代码", "social_security_number", number(9)),
        Col("病种/操作", "medical", lambda r, row, i: f"{r.choice(words.ICD)} {r.choice(words.ILLNESSES)}"),
        Col("结算流水15", "none", number(15), "lookalike"),
        Col("代办人手机及关系", "mobile", lambda r, row,
            i: f"{mobile(r)}（{r.choice(('子', '妻', '女', '夫'))}）", "mixed"),
    ), about=WORKERS, persons=True),
)  # fmt: skip

MARKET = (
    Table("主体登记", (
        Col("市场主体全称", "enterprise_name", of("firm")),
        Col("统一代码（18位）", "uscc", of("credit")),
        Col("老注册号", "business_licence", of("licence")),
        Col("代码证号-旧", "organisation_code", of("organisation")),
        Col("法人或负责人", "person_name", of("name")),
        Col("住所/经营场所", "address", of("seat"), personal=False),
        Col("办公座机", "landline", landline),
        Col("联络员移动电话", "mobile", of("mobile")),
        Col("登记机关区划", "division_code", of("code")),
        Col("注册地邮编", "postcode", lambda r, row,
            i: f"{r.choice(('215', '315', '518', '430', '610'))}{r.randrange(1000):03d}"),
        Col("国民经济行业(小类)", "none", pick("5211", "3489", "6210", "7810", "4754"), "lookalike"),
        Col("注册资本(万元人民币)", "none", whole(10, 5000), "lookalike"),
        Col("基本存款账户(对公)", "bank_card", card("3205", "1102", length=17), personal=False,
            sensitive=False, grade=1),
        Col("经营范围摘要", "none", pick("一般项目：五金产品零售；普通货物仓储", "许可项目：餐饮服务",
            "一般项目：软件开发；信息技术咨询", "纺织品销售"), "lookalike"),
    ), about=firm),
    Table("历史迁移", (
        Col("号码(新旧混)", "uscc", mixed(of("credit"), of("licence"), share=0.25), "mixed"),
        Col("ZCH_15", "business_licence", dirty(of("licence")), "dirty"),
        Col("ＴＹＤＭ", "uscc", wide(of("credit")), "width"),
        Col("字号简称", "none", pick(*words.COMPANY_BODIES), "lookalike"),
        Col("经办员", "person_name", of("name")),
    ), about=firm, rows=30),
)  # fmt: skip

INVOICES = (
    Table("ap_invoice_line", (
        Col("seller_tax_reg", "uscc", of("credit")),
        Col("seller_title", "enterprise_name", of("firm")),
        Col("digital_inv_no", "none", number(18, "25"), "lookalike"),
        Col("check_code_20", "none", number(20), "lookalike"),
        Col("drawer_payee", "person_name", of("name")),
        Col("seller_addr_tel", "address", lambda r, row, i: f"{row['seat']} {landline(r, row, i)}", "mixed",
            personal=False),
        Col("seller_bank_acct", "bank_card", _merchant, "mixed", personal=False, sensitive=False, grade=1),
        Col("goods_cname", "none", pick(*words.GOODS)),
        Col("tax_excl_amt", "none", decimal(50, 90000, 2)),
        Col("tax_class_19", "none", pick("1080207010000000000", "1070302990000000000",
            "3040801010000000000", "1090515060000000000"), "lookalike"),
        Col("buyer_hotline", "landline", mixed(landline, pick("400-810-5566", "95598")), "mixed"),
        Col("po_ref18", "none", _purchase, "lookalike"),
    ), about=firm),
)  # fmt: skip

PAYROLL = (
    Table("PA0002_P0008", (
        Col("PERNR_8", "none", serial("", 10003120, 8), "lookalike", personal=True, grade=2),
        Col("NACHN_VORNA", "person_name", of("name")),
        Col("GBDAT", "date_of_birth", birth("%d.%m.%Y")),
        Col("PERID", "resident_id", of("id")),
        Col("FAMST", "marital_status", pick("0", "1", "1", "2", "3"), "heading"),
        Col("KONFE", "religion", pick("无宗教信仰", "伊斯兰教", "佛教", "基督教", "无宗教信仰"), "heading"),
        Col("RACKY", "ethnic_group", pick("HA", "HA", "HA", "HU", "ZH", "MA", "MG"), "heading"),
        Col("ANSAL", "income", decimal(58000, 420000, 2), "heading"),
        Col("BANKN", "bank_card", card("621700", "622588", length=16), "heading"),
        Col("USRID_LONG", "email", _mail, "heading"),
        Col("STRAS", "address", of("address"), "heading"),
        Col("PSTLZ", "postcode", pick("215168", "215021", "315100", "518057", "430071")),
        Col("SLABS", "education", pick("本科", "大专", "硕士", "中专/技校"), "heading"),
        Col("PCODE", "political_status", pick(*words.POLITICS), "heading"),
        Col("BEGDA", "none", moment("%d.%m.%Y", 2010, 2024), "lookalike"),
        Col("KOSTL", "none", number(10), "lookalike"),
    ), about=WORKERS, persons=True),
    Table("离职面谈", (
        Col("谁", "person_name", of("name"), "small"),
        Col("税后月薪", "income", pick("8200", "11500", "6700", "15000"), "small"),
        Col("去向", "none", pick("回老家", "考公", "跳槽", "未说明"), "small"),
        Col("私人邮箱", "email", _mail, "small"),
        Col("银行卡(末次工资)", "bank_card", card("622848"), "small"),
    ), rows=4, about=WORKERS, persons=True),
)  # fmt: skip

WATER = (
    Table("yh_account", (
        Col("开票户名", "person_name", mixed(of("name"), _holder, share=0.3), "mixed"),
        Col("用水地址", "address", of("address")),
        Col("表身钢号", "none", number(14), "lookalike"),
        Col("代扣卡(脱敏)", "bank_card", hidden(card("621785", "622848"), 4, 4), "masked"),
        Col("联系方式①", "mobile", mixed(_mobile, landline), "mixed"),
        Col("联系方式②", "none", blank, "empty"),
        Col("本期行度m³", "none", whole(120, 4800)),
        Col("抄表册号", "none", pick("320506001", "320506002", "320506014"), "lookalike"),
        Col("用水人口", "none", whole(1, 7)),
        Col("抄表员工号", "none", serial("CB", 11, 3)),
    ), about=ADULTS, persons=True),
)  # fmt: skip

TELECOM = (
    Table("cdr_sample", (
        Col("MSISDN_86", "mobile", lambda r, row, i: f"86{mobile(r)}"),
        Col("IMEI_SV", "imei", imei),
        Col("IMSI_15", "none", number(10, "46000"), "lookalike", personal=True, grade=2),
        Col("ICCID_20", "none", lambda r, row, i: digits.luhn("898600" + num(r, 13)), "lookalike",
            personal=True, grade=2),
        Col("CELL_LON_AT", "coordinates", CELL[0], personal=True, sensitive=True, grade=4),
        Col("CELL_LAT_AT", "coordinates", CELL[1], personal=True, sensitive=True, grade=4),
        Col("NAT_SRC_IP", "ip_address", ip("10.21", "100.64")),
        Col("WIFI_STA_MAC", "mac_address", mac()),
        Col("USR_AGENT_MODEL", "none", pick(*words.MODELS)),
        Col("CALLED_DIGITS", "mobile", mixed(_mobile, pick("10086", "12345", "95588"), share=0.3), "mixed"),
        Col("DUR_S", "none", whole(2, 3500)),
        Col("VOICEPRINT_REF", "biometric", file_ref("vp/#.spk")),
    ), about=ADULTS, persons=True),
    Table("五项实名", (
        Col("开户人", "person_name", of("name")),
        Col("证号", "resident_id", wide(of("id")), "width"),
        Col("活体照", "biometric", file_ref("liveness_#.png")),
        Col("副卡", "mobile", wide(_mobile), "width", missing=0.4),
        Col("套餐(元/月)", "none", pick("29", "59", "129", "199"), "lookalike"),
    ), about=ADULTS, persons=True, rows=30),
)  # fmt: skip

SOURCES = {
    "river_bank_core": BANK,
    "housing_fund_centre": HOUSING_FUND,
    "social_insurance_window": SOCIAL_INSURANCE,
    "market_registry": MARKET,
    "invoice_robot": INVOICES,
    "motor_works_payroll": PAYROLL,
    "pipe_water_billing": WATER,
    "mobile_operator": TELECOM,
}
