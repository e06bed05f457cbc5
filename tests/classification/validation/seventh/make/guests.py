"""Hotels, study tours, library readers, a city marathon."""

from __future__ import annotations

from typing import Final

from tests.classification.making import Col, Table
from tests.classification.validation.seventh.make import papers, words
from tests.classification.validation.seventh.make import world as w
from tests.classification.validation.seventh.make.plain import (
    code,
    day,
    dirt,
    empty,
    join,
    mask,
    mix,
    moment,
    none,
    num,
    of,
    own,
    pick,
    real,
    same,
    serial,
    split,
    wide,
)  # fmt: skip

_HOTEL: Final = w.world("460105", (14, 74))
_TOUR: Final = w.world("530102", (7, 12))
_BOOKS: Final = w.world("310115", (15, 80))
_RUN: Final = w.world("320582", (20, 66))

HOTEL: Final = (
    Table(
        "GNLK",
        (
            none("LKBM", code("460105000120250#########"), "lookalike"),
            Col("LKXM", "person_name", dirt(w.NAME), "dirty"),
            Col("LKXB", "sex", w.sex("1", "2")),
            Col("LKMZ", "ethnic_group", split("01|01|01|10|08|15")),
            Col("LKCSRQ", "date_of_birth", w.born("%Y%m%d")),
            none("ZJLXDM", split("11|11|11|90|93")),
            Col("LKZJHM", "resident_id", mix(0.95, w.RID, papers.SOLDIER)),
            Col(
                "JGZ_HM",
                "military_id",
                papers.soldier("空字第########号", "南字第#######号"),
                missing=0.75,
                challenge="small",
            ),
            Col("LKXZ", "address", w.home("hukou")),
            Col("ZZXZQH", "division_code", w.division(), personal=False),
            Col("BZ1", "mobile", w.MOBILE, challenge="heading"),
            none("BZ2", code("#0##"), challenge="heading"),
            none("RZSJ", moment("%Y%m%d%H%M")),
            none("TFSJ", moment("%Y%m%d%H%M")),
            Col("RLTZZ", "biometric", papers.feature(56)),
            none("BDFZ", real(0.61, 0.99, 3)),
            Col("SZDW", "enterprise_name", w.FIRM, missing=0.4),
            own("HYKH", code("HY########")),
            Col("SZDW_TYDM", "uscc", w.USCC, missing=0.4),
        ),
        50,
        _HOTEL,
        persons=True,
    ),
    Table(
        "overseas_guest",
        (
            none("checkin_sn", serial("JW", 90012, 7)),
            Col("ywxm", "person_name", pick(*words.FOREIGN)),
            Col("zwxm", "person_name", mix(0.5, pick(*words.TAIWANESE), w.NAME), missing=0.4),
            Col("sex_cd", "sex", split("M|F")),
            Col("dob", "date_of_birth", w.born("%d/%m/%Y")),
            none("nation_cd", split("KOR|JPN|RUS|USA|DEU|TWN|HKG")),
            Col("passport_no", "passport", mask(papers.FOREIGN_PASSPORT, 2, 3), "masked"),
            none("visa_type", split("L|M|Z|Q2|免签")),
            own("visa_no", code("#########"), "lookalike"),
            Col("hkmo_card", "hk_macao_permit", join(papers.HOME_RETURN, code("0#")), missing=0.5),
            Col("tw_card", "taiwan_permit", papers.COMPATRIOT, missing=0.5),
            Col("gat_jzz", "residence_permit", papers.hukou_abroad(), missing=0.6),
            Col("pr_card", "foreign_resident_permit", papers.stay(False), missing=0.6),
            none("entry_port", split("海口美兰|三亚凤凰|广州白云|罗湖")),
            none("entry_dt", day("%d/%m/%Y", 2025, 2025)),
            none("host_rel", split("亲属|朋友|业务|无")),
            none("wifi_auth", split("短信|护照|免认证")),
            Col("inn_name", "enterprise_name", w.trade("酒店管理", "民宿", "大酒店")),
            Col("inn_yyzz", "business_licence", wide(papers.LICENCE), "width"),
            Col("inn_tel", "landline", w.tel(), personal=False),
            none("inn_star", split("民宿|三星|四星|五星|经济型")),
            Col("own_fcz", "housing_certificate", papers.deed(papers.ESTATE_DEED), missing=0.5),
            Col("wifi_mac", "mac_address", papers.mac(":", False)),
            Col("upload_ip", "ip_address", papers.ip, personal=False),
            none("stay_days", num(1, 29)),
            none("report_flag", split("1|1|0")),
        ),
        40,
        _HOTEL,
        persons=True,
    ),
)

TOUR: Final = (
    Table(
        "研学营员名单(6-12岁)",
        (
            none("营期", split("春城一营|滇池二营|石林营")),
            Col("营员姓名", "person_name", dirt(w.NAME), "dirty"),
            Col("男/女", "sex", w.sex("男", "女")),
            Col("身份证或护照", "resident_id", mix(0.92, w.RID, papers.passport)),
            Col("生日", "minor", w.born("short")),
            Col("周岁", "minor", of("age")),
            Col("身高cm", "none", num(112, 162), personal=True, sensitive=True),
            Col(
                "饮食禁忌",
                "religion",
                split("无|伊斯兰教（清真）|无|佛教（素食）|无|印度教（不食牛）"),
                challenge="heading",
            ),
            Col(
                "过敏/既往病史",
                "medical",
                split("无|花生过敏|哮喘，随身带沙丁胺醇|青霉素过敏|鼻炎|热性惊厥史|蚕豆病"),
            ),
            Col("家长", "person_name", w.KIN),
            Col("备注A", "mobile", of("kin_mobile"), challenge="heading"),
            Col(
                "军人家庭证件",
                "military_id",
                papers.soldier("成字第#######号", "军字第20######号"),
                missing=0.6,
            ),
            Col("港澳籍营员通行证", "hk_macao_permit", papers.HOME_RETURN, missing=0.7, challenge="small"),
            Col("台籍营员台胞证", "taiwan_permit", papers.COMPATRIOT, missing=0.7, challenge="small"),
            Col("电话手表IMEI", "imei", papers.imei, missing=0.3),
            Col("手表MAC", "mac_address", papers.mac(), missing=0.3),
            Col("入园人脸码", "biometric", papers.feature(40), "heading"),
            Col("家庭住址", "address", w.home("estate")),
            Col("承办旅行社", "enterprise_name", w.trade("旅行社", "国际旅行社", "研学文化")),
            Col("社执照", "business_licence", papers.LICENCE),
            none("大巴座位数", split("33|39|45|53")),
            Col("大巴VIN", "vin", papers.vin, personal=False),
            none("团费", split("1280|1680|2380")),
            none("保险单号", code("PYII2025530102########")),
        ),
        36,
        _TOUR,
        persons=True,
        children=True,
    ),
)

BOOKS: Final = (
    Table(
        "READER",
        (
            own("RDID", code("0310115######")),
            Col("RDNAME", "person_name", mix(0.85, w.NAME, pick(*words.FOREIGN)), "mixed"),
            none("RDLIBCODE", code("SH0##")),
            Col("RDCERTIFY", "resident_id", dirt(w.RID), "dirty", missing=0.15),
            Col("RDPASSPORT", "passport", mix(0.5, papers.passport, papers.FOREIGN_PASSPORT), missing=0.6),
            Col("RD_HKM", "hk_macao_permit", papers.HOME_RETURN, missing=0.7, challenge="small"),
            Col(
                "RD_TWN",
                "taiwan_permit",
                mix(0.7, papers.COMPATRIOT, code("0#######(B)")),
                "dirty",
                missing=0.7,
            ),
            Col("RD_PRC", "foreign_resident_permit", papers.stay(False), missing=0.7, challenge="small"),
            Col("RD_JZZ", "residence_permit", papers.hukou_abroad("830000", "810000"), missing=0.6),
            Col(
                "RD_MIL",
                "military_id",
                papers.soldier("########", "沪字########"),
                missing=0.7,
                challenge="small",
            ),
            Col("RDSBK", "social_security_number", code("M########"), missing=0.4),
            Col("USERDEF2", "date_of_birth", w.born("%Y-%m-%d"), challenge="heading"),
            Col("RDSEX", "sex", w.sex("1", "0")),
            Col("RDNATIVE", "none", split("上海|江苏|浙江|安徽|")),
            Col("RDLOGINID", "mobile", w.MOBILE, "heading"),
            Col(
                "USERDEF1",
                "email",
                papers.mail("189.cn", "qq.com", "hotmail.com"),
                missing=0.4,
                challenge="heading",
            ),
            none("RDUNITTYPE", split("居民|学生|企业职工|离退休")),
            Col("RDPOSTCODE", "postcode", w.post),
            Col(
                "RDDEPOSITACC",
                "account",
                mask(mix(0.5, w.phone, papers.mail()), 3, 3, 4),
                "masked",
                sensitive=True,
                grade=4,
            ),
            Col("RDFACE", "biometric", papers.vector(6)),
            Col("FAMILYCARD_KIDBORN", "minor", w.born("%Y-%m", "kid_born"), missing=0.6),
            Col("LASTIP", "ip_address", papers.ip, missing=0.3),
            Col("SELFSVC_MAC", "mac_address", papers.mac(""), personal=False),
            none("RDDEPOSIT", split("0.00|100.00|200.00")),
            none("LOANCNT", num(0, 20)),
            none(
                "LASTBOOK",
                split("《肿瘤防治手册》|《佛教美术史》|《三体》|《刑法学讲义》|《股票入门》"),
                "lookalike",
            ),
            none("USERDEF3", real(0, 33), challenge="heading"),
            none("RDENDDATE", day("%Y-%m-%d", 2025, 2035)),
            own("BARCODE2", code("3110115#########"), "lookalike"),
        ),
        46,
        _BOOKS,
        persons=True,
    ),
)

RUN: Final = (
    Table(
        "marathon_signup_2025",
        (
            own("报名号 BibNo", code("@####")),
            Col("Name 姓名", "person_name", mix(0.85, w.NAME, pick(*words.FOREIGN)), "mixed"),
            Col("Gender", "sex", w.sex("Male", "Female")),
            Col("DOB", "date_of_birth", w.born("%d-%b-%Y")),
            Col("Chinese ID", "resident_id", wide(w.RID, 0.2), "width", missing=0.2),
            Col("Passport#", "passport", papers.FOREIGN_PASSPORT, missing=0.7, challenge="small"),
            Col("回乡证", "hk_macao_permit", papers.HOME_RETURN, missing=0.75, challenge="small"),
            Col("台胞证", "taiwan_permit", papers.COMPATRIOT, missing=0.6),
            Col("永居卡", "foreign_resident_permit", papers.stay(False), missing=0.75, challenge="small"),
            Col(
                "港澳台居民居住证", "residence_permit", papers.hukou_abroad(), missing=0.75, challenge="small"
            ),
            Col("士兵/军官证", "military_id", papers.SOLDIER, missing=0.75, challenge="small"),
            Col("Nationality", "none", mix(0.85, same("中国"), pick(*words.COUNTRIES))),
            Col("Mobile(报名确认短信)", "mobile", w.MOBILE),
            Col(
                "自定义项6", "email", papers.mail("gmail.com", "163.com", "foxmail.com"), challenge="heading"
            ),
            Col("Emergency contact", "person_name", w.KIN),
            Col("Emergency phone", "mobile", of("kin_mobile")),
            Col(
                "血型/疾病史",
                "medical",
                split("A型，无|O型，无|B型，室性早搏|AB型，无|O型，哮喘|A型，高血压服药中"),
            ),
            Col(
                "退款账户(支付宝)",
                "account",
                mix(0.6, w.phone, papers.mail()),
                sensitive=True,
                grade=4,
                missing=0.3,
            ),
            Col("微信昵称/号", "account", code("wxid_??????????"), missing=0.3),
            Col("俱乐部/单位", "enterprise_name", w.FIRM, missing=0.5),
            none("组别", split("全程|半程|欢乐跑")),
            none("预计完赛", code("0#:4#:1#")),
            none("衣服尺码", split("S|M|L|XL|2XL")),
            none("自定义项5", dirt(code("0#:5#:3#"), "首马", share=0.3), "dirty"),
            own("芯片号", code("CH#######")),
            none("抽签", split("中签|未中签|直通")),
            empty("推荐码"),
        ),
        44,
        _RUN,
        persons=True,
    ),
)

SOURCES: Final = {"hotel_register": HOTEL, "study_tours": TOUR, "library_cards": BOOKS, "city_marathon": RUN}
