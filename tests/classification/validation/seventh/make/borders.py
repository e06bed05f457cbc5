"""Exit and entry, services for foreigners, the hall of government services."""

from __future__ import annotations

from typing import Final

from tests.classification.making import Col, Table
from tests.classification.validation.seventh.make import papers, phrases, words
from tests.classification.validation.seventh.make import world as w
from tests.classification.validation.seventh.make.plain import (
    code,
    day,
    dirt,
    join,
    mix,
    moment,
    none,
    num,
    own,
    pick,
    same,
    serial,
    split,
    text,
)  # fmt: skip

_EXIT: Final = w.world("450103", (18, 75))
_FOREIGN: Final = w.world("650102", (20, 60))
_HALL: Final = w.world("630102", (20, 70))

EXIT: Final = (
    Table(
        "T_CRJ_SQ",
        (
            none("YWBH", code("4501000#########"), "lookalike"),
            Col("ZWX_M", "person_name", w.NAME),
            Col(
                "PYXM",
                "person_name",
                split("SHEN, LEI|DAI, QIONG|LINGHU, KAI|RUAN, XUE|QU, GUOQING|PANG, HUI"),
            ),
            Col("CSRQ8", "date_of_birth", w.born("%Y%m%d")),
            Col("XX1", "resident_id", w.RID, challenge="heading"),
            none("SQLB", split("101|102|103|201|301")),
            none("QWD", split("HKG|MAC|TWN|THA|KOR")),
            Col("YHZH", "passport", papers.passport, missing=0.2),
            Col("WLGATXZH", "hk_macao_permit", papers.TO_HK_MACAO, missing=0.3),
            Col("HXZH", "hk_macao_permit", join(papers.HOME_RETURN, code("0#")), missing=0.5),
            Col("WLTWTXZH", "taiwan_permit", papers.TO_TAIWAN, missing=0.4),
            Col(
                "TBZH10",
                "taiwan_permit",
                join(papers.COMPATRIOT, same("("), code("A"), same(")")),
                missing=0.5,
            ),
            Col("WGR_YJ_OLD", "foreign_resident_permit", papers.stay(True), missing=0.5),
            Col("WGR_YJ_NEW", "foreign_resident_permit", papers.stay(False), missing=0.5),
            Col("ZP_TZ", "biometric", papers.feature(52)),
            Col("ZWL", "biometric", papers.feature(60, "0123456789ABCDEF"), missing=0.1),
            Col("ZWR_FLAG", "none", split("1|1|0|9"), "lookalike"),
            none("QZCS", split("1|2|999|多次")),
            none("XX2", code("4501##"), challenge="heading"),
            none("SLRQ", day("ora", 2024, 2025)),
            none("ZZRQ", day("ora", 2024, 2025)),
            none("EMSDH", code("EZ#########CN"), "lookalike"),
            none("YJFS", split("EMS|自取|自助机")),
            none("SF", split("120.00|60.00|15.00|80.00")),
            none("JFBZ", split("已缴|未缴|免")),
            none("KZBZ", split("0|0|0|1")),
        ),
        50,
        _EXIT,
        persons=True,
    ),
)

FOREIGN: Final = (
    Table(
        "外国人来华工作许可",
        (
            own("许可证号 Permit No.", code("2565010######")),
            Col("姓名(英文) Surname, Given name", "person_name", pick(*words.FOREIGN)),
            none("国籍 Nationality", pick(*words.COUNTRIES)),
            Col("护照号 Passport No.", "passport", dirt(papers.FOREIGN_PASSPORT), "dirty"),
            none("护照有效期至", day("%d %b %Y", 2026, 2033)),
            Col("永久居留", "foreign_resident_permit", papers.stay(False), missing=0.5),
            Col("港澳人员证件", "hk_macao_permit", papers.HOME_RETURN, missing=0.5),
            Col("台湾人员证件", "taiwan_permit", papers.COMPATRIOT, missing=0.5),
            Col("居住证（港澳台）", "residence_permit", papers.hukou_abroad("810000", "830000"), missing=0.4),
            none("人才类别", split("A|B|B|C")),
            Col("Highest degree", "education", split("Bachelor|Master|PhD|Bachelor|Diploma")),
            Col("婚姻 Marital", "marital_status", split("Single|Married|Married|Divorced")),
            Col("Religion(自愿)", "religion", split("None|Christian|Islam|None|Buddhist|Hindu")),
            Col(
                "无犯罪证明核验",
                "criminal_record",
                split("No record|No record|Theft 2013, fined|No record|DUI 2016"),
            ),
            Col("工资账户社保号", "social_security_number", code("6501#########"), missing=0.3),
            Col("随行子女DOB", "minor", w.born("%d/%m/%Y", "kid_born"), missing=0.3),
            none("职位", split("外籍教师|工程师|厨师|翻译|Sales manager")),
            Col("聘用单位", "enterprise_name", w.FIRM),
            Col("聘用单位信用代码", "uscc", w.USCC),
            Col("代码证（旧）", "organisation_code", papers.organ_dash, missing=0.3),
            Col("营业执照号（旧）", "business_licence", papers.LICENCE, missing=0.3),
            Col("单位邮编", "postcode", w.post),
            Col(
                "Info 1", "email", papers.mail("outlook.com", "163.com"), personal=False, challenge="heading"
            ),
            Col(
                "住宿登记房产证",
                "housing_certificate",
                papers.deed("乌房权证天山区字第20########号"),
                missing=0.3,
            ),
            none("许可起", day("%Y/%m/%d", 2023, 2025)),
            none("许可止", day("%Y/%m/%d", 2026, 2027)),
            none("审批意见", split("准予|准予|补正材料|不予许可")),
            none("Info 2", serial("XJ", 1, 5), challenge="heading"),
        ),
        36,
        _FOREIGN,
        persons=True,
    ),
)

HALL: Final = (
    Table(
        "办件信息",
        (
            none("办件流水", code("6301002025########"), "lookalike"),
            none("事项编码", code("11630102########XY#63010200#")),
            none(
                "事项名称",
                split("无犯罪记录证明|不动产转移登记|城乡居民医保参保|老旧汽车报废补贴|残疾人证换领"),
                "lookalike",
            ),
            Col("申请者", "person_name", mix(0.8, w.NAME, w.FIRM), "mixed"),
            none("申请者类型", split("自然人|自然人|法人")),
            Col("证照1", "resident_id", mix(0.8, w.RID, w.USCC), "mixed"),
            Col(
                "证照2",
                "passport",
                mix(0.5, papers.passport, papers.FOREIGN_PASSPORT),
                "heading",
                missing=0.5,
            ),
            Col("证照3", "hk_macao_permit", papers.HOME_RETURN, "heading", missing=0.5),
            Col("证照4", "taiwan_permit", papers.COMPATRIOT, "heading", missing=0.5),
            Col("证照5", "foreign_resident_permit", papers.stay(False), "heading", missing=0.5),
            Col("证照6", "residence_permit", code("6301############"), "heading", missing=0.4),
            Col(
                "证照7",
                "military_id",
                papers.soldier("参字第#######号", "军字第########号"),
                "heading",
                missing=0.5,
            ),
            Col("材料：房本", "housing_certificate", papers.deed(papers.ESTATE_DEED), missing=0.4),
            Col("报废车车架", "vin", papers.vin, missing=0.4),
            Col(
                "子女出生时间",
                "minor",
                dirt(w.born("%Y-%m-%d", "kid_born"), share=0.1),
                "dirty",
                missing=0.5,
            ),
            Col("代办人", "person_name", w.KIN, missing=0.4),
            none("代办人tel", split("已核验|未核验|无代办"), "lookalike"),
            Col("主体代码", "organisation_code", papers.ORG, missing=0.3),
            Col("旧注册号", "business_licence", papers.LICENCE, missing=0.3),
            Col("窗口机IP", "ip_address", papers.ip, personal=False),
            Col("叫号机MAC", "mac_address", papers.mac(":", False), personal=False),
            none("取号", code("@0##")),
            none("等候(分)", num(0, 95)),
            none("受理时间", moment("%Y年%m月%d日 %H时%M分")),
            none("承诺时限(工作日)", split("1|5|7|15|20")),
            none("办结标志", split("办结|在办|退件|挂起")),
            Col(
                "好差评留言",
                "free_text",
                text(*phrases.HALL),
                missing=0.1,
            ),
            none("其它", split("5|5|4|1"), challenge="heading"),
            none("所属窗口", split("A12|B03|综合7号|税务2号")),
        ),
        46,
        _HALL,
        persons=True,
    ),
)

SOURCES: Final = {"exit_entry": EXIT, "foreigner_services": FOREIGN, "service_hall": HALL}
