"""Insurance, housing fund, taxation, market regulation, a bank and real estate."""

from . import values as v
from .cells import (
    birth,
    by_luhn,
    day,
    dirty,
    fill,
    join,
    kin,
    mask,
    mixed,
    nothing,
    num,
    one,
    pat,
    real,
    some,
    wide,
)
from .frame import Column as Col
from .frame import Source, Table

INSURED = [
    Col("AAC001", "social_security_number", v.social_number, "heading"),
    Col("AAC002", "resident_id", v.idn, "heading"),
    Col("AAC003", "person_name", v.name, "heading"),
    Col("AAC004", "sex", v.sex_code, "heading"),
    Col("AAC005", "ethnic_group", v.ethnic_code, "heading"),
    Col("AAC006", "date_of_birth", birth("%Y%m%d"), "heading"),
    Col("AAC011", "education", one("11", "21", "31", "40", "61", "71"), "heading"),
    Col("AAC017", "marital_status", one("1", "2", "2", "3", "4"), "heading"),
    Col("AAC024", "political_status", one("01", "02", "03", "13", "13"), "heading"),
    Col("AAC040", "income", real(3739, 18690)),
    Col("AAB001", "none", pat("4205000#####")),
    Col("AAB004", "enterprise_name", v.firm),
    Col("AAZ500", "social_security_number", v.ssn),
    Col("AAE005", "mobile", mixed(v.mobile, v.mobile, v.landline), "heading"),
    Col("AAE006", "address", dirty(v.address), "heading"),
    Col("AAE007", "postcode", v.postcode),
    Col("AAE010", "bank_card", v.card, "heading"),
    Col("AAE013", "none", some(one("断缴补缴", "跨省转入", "正常"), 0.5)),
]

PENSIONERS = [
    Col("姓名", "person_name", v.name),
    Col("社会保障卡号", "social_security_number", v.ssn),
    Col(
        "社保编号(旧)",
        "social_security_number",
        mixed(v.social_number, v.social_number, pat("05-######")),
        "dirty",
    ),
    Col("养老金(元/月)", "income", real(1480, 7600)),
    Col("发放账号", "bank_card", v.passbook),
    Col("人脸认证结果", "none", one("通过", "通过", "未认证"), "lookalike"),
    Col("认证照片", "biometric", fill("yanglao/rz/{}_face.png", pat("4205####"))),
    Col("退休时间", "none", day("%Y.%m", 2000, 2023), "", "p2"),
    Col("供养亲属", "free_text", some(fill("{}，身份证{}", kin(v.name), kin(v.idn)), 0.5), "", "p3"),
    Col("街道", "none", v.street),
]

FUND = [
    Col("grzh", "none", pat("4205########", "00######"), "lookalike", "p2"),
    Col("xingming", "person_name", v.name),
    Col("zjhm", "resident_id", v.idn),
    Col("sjhm", "mobile", mask(v.mobile, 3, 4), "masked"),
    Col("dwmc", "enterprise_name", v.firm),
    Col("dwzh", "none", pat("1000####", "2000####")),
    Col("grjcjs", "income", real(2010, 25000)),
    Col("yjce", "none", real(200, 6000), "", "p2"),
    Col("grzhye", "none", real(0, 230000), "", "p2"),
    Col("grckzhhm", "bank_card", v.card),
    Col("hyzk", "marital_status", one("10", "20", "20", "40")),
    Col("jtysr", "income", num(4000, 42000)),
    Col("fwcqzh", "housing_certificate", some(v.house, 0.7)),
    Col("fwzl", "address", v.address),
    Col("poxm", "person_name", some(kin(v.name), 0.6)),
    Col("pozjhm", "resident_id", some(kin(v.idn), 0.6)),
    Col("dkhtbh", "none", pat("2022DK0000####", "202304205020######"), "lookalike"),
]

ESTATE = [
    Col("不动产单元号", "none", pat("420502003001GB00###F0001####"), "lookalike"),
    Col("不动产权证号", "housing_certificate", v.house),
    Col("权利人", "person_name", mixed(v.name, v.name, join("、", v.name, kin(v.name))), "mixed"),
    Col("证件号码", "resident_id", mixed(v.idn, v.idn, join("、", v.idn, kin(v.idn))), "mixed"),
    Col("共有情况", "none", one("单独所有", "共同共有", "按份共有"), "", "p2"),
    Col("坐落", "address", v.address),
    Col("原房产证", "housing_certificate", some(pat("宜市房权证西陵区字第0######号", "字第3######号"), 0.5)),
    Col("面积㎡", "none", real(42, 188)),
    Col(
        "抵押权人",
        "enterprise_name",
        some(one("中国工商银行股份有限公司宜昌分行", "湖北银行股份有限公司"), 0.5),
    ),
    Col("他项证明号", "housing_certificate", some(pat("鄂(2022)宜昌市不动产证明第00#####号"), 0.5)),
    Col("成交价(万元)", "none", real(28, 260)),
    Col("业务号", "none", pat("202309########01", "4205022023######"), "lookalike"),
    Col("经度", "coordinates", v.lon, "", "n"),
    Col("纬度", "coordinates", v.lat, "", "n"),
    Col("F12", "housing_certificate", some(v.house, 0.8), "heading"),
]

TAXPAYERS = [
    Col("NSRSBH", "uscc", v.uscc),
    Col("NSRMC", "enterprise_name", v.firm),
    Col("YZCH", "business_licence", some(v.licence, 0.8)),
    Col("ZZJGDM", "organisation_code", v.organ),
    Col("FDDBRXM", "person_name", v.name),
    Col("FDDBRSFZJHM", "resident_id", v.idn),
    Col("CWFZR", "person_name", kin(v.name)),
    Col("BSRYDDH", "mobile", kin(v.mobile), "", "p2"),
    Col("ZCDZ", "address", v.seat),
    Col("ZCDLXDH", "landline", v.firm_phone),
    Col("DZXX", "email", fill("caiwu{}@{}", num(1, 99), one("hdsm.com.cn", "163.com", "ychy.cn"))),
    Col("YHZH", "bank_card", v.firm_account),
    Col("XZQHSZ_DM", "division_code", v.division),
    Col("YZBM", "postcode", v.postcode),
    Col("TSE", "none", real(0, 90000)),
]

WAGES = [
    Col("纳税人姓名", "person_name", v.name),
    Col("证照号码", "resident_id", mixed(v.idn, v.idn, v.idn, v.idn, v.idn, v.permit_9), "mixed"),
    Col("本期收入", "income", real(3500, 48000)),
    Col("累计收入额", "income", real(20000, 480000)),
    Col("年终奖", "income", some(real(2000, 60000), 0.5)),
    Col("子女教育扣除", "none", one("0", "1000", "2000", "4000"), "", "p2"),
    Col("已缴税额", "none", real(0, 4000), "", "p2"),
    Col("扣缴义务人", "enterprise_name", v.firm),
    Col("扣缴义务人识别号", "uscc", v.uscc),
    Col("永居证", "foreign_resident_permit", some(v.permit_9, 0.2), "small"),
    Col("税款所属期", "none", day("%Y-%m")),
]

REGISTRY = [
    Col("ent_name", "enterprise_name", dirty(v.firm), "dirty"),
    Col("uniscid", "uscc", v.uscc),
    Col("reg_no", "business_licence", v.licence),
    Col("org_code", "organisation_code", v.organ_dashed),
    Col("dom", "address", v.seat),
    Col("le_rep", "person_name", v.name),
    Col("cer_no", "resident_id", v.idn),
    Col("tel", "landline", mixed(v.firm_phone, v.landline)),
    Col("reg_cap", "none", one("100.000000", "50.000000", "1000.000000")),
    Col(
        "op_scope",
        "none",
        one("预包装食品销售；餐饮服务", "建筑劳务分包", "日用百货、第二类医疗器械销售", "殡葬服务"),
        "lookalike",
    ),
    Col("est_date", "none", day("%Y-%m-%d", 2003, 2022), "lookalike"),
    Col("dom_district", "division_code", v.division),
    Col("post_code", "postcode", v.postcode),
    Col("old_lic", "business_licence", some(v.licence, 0.6)),
    Col("website_ip", "ip_address", v.ip),
]

STALLS = [
    Col(
        "字号",
        "enterprise_name",
        one("西陵区老李牛肉面馆", "伍家岗区王婆凉虾店", "小胡理发店", "张记五金经营部", "杨幺妹卤菜店"),
    ),
    Col("营业执照号", "business_licence", v.licence),
    Col("信用代码", "uscc", wide(v.uscc), "width"),
    Col("组织机构代码", "organisation_code", some(v.organ, 0.4)),
    Col("经营者", "person_name", v.name),
    Col("经营者电话", "mobile", v.mobile, "", "p2"),
    Col("健康证号", "none", pat("宜卫健2023#####", "4205022023######"), "lookalike", "p2"),
    Col("收款码商户号", "none", pat("8984205########", "16########"), "lookalike"),
    Col("摊位", "address", fill("{}农贸市场{}号", v.estate, num(1, 90))),
    Col(
        "处罚情况", "none", one("无", "2022年因未亮照经营被警告", "使用过期食品原料，罚款2000元"), "lookalike"
    ),
    Col("X3", "organisation_code", v.organ, "heading"),
    Col("X4", "business_licence", v.licence, "heading"),
]

BANK = [
    Col("CUST_NO", "none", pat("10000########"), "", "p2"),
    Col("CUST_NAME", "person_name", v.name),
    Col("ID_NO", "resident_id", v.idn),
    Col("CARD_NO", "bank_card", dirty(v.card), "dirty"),
    Col("CARD_NO_MASK", "bank_card", mask(v.card, 6, 4), "masked"),
    Col("ACCT_NO", "bank_card", v.passbook),
    Col("OPP_ACCT", "bank_card", mixed(v.card, v.passbook, v.firm_account)),
    Col("OPP_NAME", "person_name", mixed(kin(v.name), kin(v.name), kin(v.name), v.firm), "mixed"),
    Col("TX_AMT", "none", real(1, 50000), "", "p2"),
    Col("TX_SEQ", "none", by_luhn("62##############", "45##############"), "lookalike"),
    Col(
        "SUMMARY",
        "free_text",
        mixed(fill("转给{}房租", kin(v.name)), fill("{}代{}还款至{}", v.name, kin(v.name), v.card)),
        "",
        "p4",
    ),
    Col("MOBILE_NO", "mobile", v.mobile),
    Col("LOGIN_IP", "ip_address", v.ip),
    Col("DEV_MAC", "mac_address", v.mac),
    Col("DEV_IMEI", "imei", v.imei),
    Col("THIRD_PAY_ACCT", "account", v.alipay),
    Col("ANNUAL_INC", "income", one("5万以下", "5-10万", "10-20万", "20万以上")),
    Col("RESV1", "none", nothing, "empty"),
]

SOURCES = [
    Source(
        "social_insurance",
        [Table("AC01", "person", 70, INSURED), Table("ylj_ff", "person", 45, PENSIONERS, (56, 88))],
    ),
    Source("provident_fund", [Table("dw_gr_dk", "person", 60, FUND, (23, 59))]),
    Source("real_estate_register", [Table("FDCQ", "person", 50, ESTATE)]),
    Source("golden_tax", [Table("DJ_NSRXX", "thing", 55, TAXPAYERS), Table("个税明细", "person", 45, WAGES)]),
    Source(
        "market_regulation",
        [Table("e_baseinfo", "thing", 60, REGISTRY), Table("个体户摸底", "thing", 38, STALLS)],
    ),
    Source("gorge_bank", [Table("TXN_DETAIL", "person", 60, BANK)]),
]
