"""Telecom devices, a citizens' app, the data middle platform, a survey."""

from __future__ import annotations

from typing import Final

from tests.classification.making import Col, Table
from tests.classification.validation.seventh.make import papers, phrases
from tests.classification.validation.seventh.make import world as w
from tests.classification.validation.seventh.make.plain import (
    code,
    day,
    dirt,
    join,
    mask,
    mix,
    moment,
    none,
    num,
    own,
    real,
    same,
    serial,
    split,
    text,
)  # fmt: skip

_PHONES: Final = w.world("310115", (18, 76))
_APP: Final = w.world("320582", (18, 68))
_LAKE: Final = w.world("150102", (18, 80))
_ASK: Final = w.world("500103", (18, 72))

PHONES: Final = (
    Table(
        "sub_terminal_m",
        (
            own("msisdn_hash", code("????????????????????????????????????????"), "lookalike"),
            Col("k1", "mobile", w.MOBILE, challenge="heading"),
            own("imsi", code("46011##########"), "lookalike"),
            own("iccid", code("898603###########")),
            Col("meid_imei1", "imei", papers.imei),
            Col("imei2", "imei", papers.imei, missing=0.3),
            Col("wlan_addr", "mac_address", papers.mac("", False)),
            Col("last_ipv4", "ip_address", papers.ip),
            Col("realname_cert", "resident_id", mask(w.RID, 3, 4, 11), "masked"),
            Col("frgn_pr_cert", "foreign_resident_permit", papers.stay(True), missing=0.6),
            Col("frgn_pass", "passport", papers.FOREIGN_PASSPORT, missing=0.6),
            Col("gat_cert", "residence_permit", papers.hukou_abroad(), missing=0.6),
            Col("mil_pkg_cert", "military_id", papers.SOLDIER, missing=0.6),
            Col("recharge_acct", "account", mix(0.5, w.phone, papers.mail()), sensitive=True, grade=4),
            none("term_brand", split("HUAWEI|Xiaomi|OPPO|vivo|Apple")),
            none("term_model", split("ALN-AL00|23127PN0CC|PJD110|iPhone15,2")),
            none("net_type", split("5G|4G|4G|2G")),
            none("v1", real(8, 266), challenge="heading"),
            none("v2", num(0, 88000), challenge="heading"),
            none("v3", num(0, 1900), challenge="heading"),
            none("lac", num(4097, 65001)),
            none("cell_id", code("460-11-######-##"), "lookalike"),
            none("innet_dt", day("%Y%m%d", 2005, 2025)),
            none("pkg_cd", code("PKG@####")),
            none("credit_lvl", split("1|2|3|4|5")),
            none("silent_flag", split("0|0|1")),
            none("stat_month", split("202506|202507|202508")),
        ),
        50,
        _PHONES,
        persons=True,
    ),
)

APP: Final = (
    Table(
        "cityUser",
        (
            own("userId", code("9############")),
            Col("nickName", "none", split("云淡风轻|小满|追风少年|Tina|大橘为重|吃瓜群众007"), "lookalike"),
            Col("certName", "person_name", mask(w.NAME, 1, 0, 1), "masked"),
            Col("bindMobile", "mobile", mask(w.MOBILE, 3, 4, 4), "masked"),
            Col(
                "contactX",
                "email",
                papers.mail("icloud.com", "qq.com", "gmail.com"),
                missing=0.4,
                challenge="heading",
            ),
            Col("unionId", "account", code("o6_bmjrPT@@???????_????"), "heading"),
            Col("certExt.hkmTravel", "hk_macao_permit", papers.HOME_RETURN, missing=0.6),
            Col("certExt.twTravel", "taiwan_permit", papers.COMPATRIOT, missing=0.6),
            Col("certExt.foreignPr", "foreign_resident_permit", papers.stay(False), missing=0.6),
            Col("certExt.psp", "passport", mask(papers.passport, 1, 3), "masked", missing=0.5),
            Col("liveFaceCode", "biometric", papers.vector(5)),
            Col("voicePrint", "biometric", papers.feature(44, "0123456789abcdef"), missing=0.3),
            Col("bindCar", "plate", w.plate(0.5), missing=0.3),
            Col("carFrame", "vin", papers.vin, missing=0.4),
            Col("childBirth", "minor", w.born("ms", "kid_born"), missing=0.4),
            Col("siCard", "social_security_number", code("E########"), missing=0.2),
            Col("lastLoginIp", "ip_address", papers.ip),
            Col("bssid", "mac_address", papers.mac(), "heading"),
            none("deviceToken", code("??????????????????????????????????????????"), "lookalike"),
            none("idfaFlag", split("true|false")),
            none("osVersion", code("iOS 1#.#.#")),
            none("appVer", code("6.#.##"), "lookalike"),
            none("loginCount", num(1, 4800)),
            none("p1", num(0, 90000), challenge="heading"),
            none("avatarUrl", code("https://img.example.cn/a/????????.png")),
            none("regTime", moment("ms", 2018)),
            none("userStatus", split("NORMAL|NORMAL|LOCKED|CANCELLED")),
            none("pushTags", split('["公交","停车"]|["医保"]|[]|["公积金","社保"]'), "lookalike"),
        ),
        48,
        _APP,
        persons=True,
    ),
)

LAKE: Final = (
    Table(
        "dwd_rk_ryda_wide_df",
        (
            none("pk_md5", code("????????????????????????????????")),
            Col("ry_mc", "person_name", dirt(w.NAME), "dirty"),
            Col(
                "ext_01",
                "hk_macao_permit",
                mix(0.3, papers.TO_HK_MACAO, papers.HOME_RETURN),
                "heading",
                missing=0.4,
            ),
            Col(
                "ext_02",
                "taiwan_permit",
                mix(0.4, papers.TO_TAIWAN, papers.COMPATRIOT),
                "heading",
                missing=0.4,
            ),
            Col("ext_03", "foreign_resident_permit", papers.stay(False), "heading", missing=0.4),
            Col("ext_04", "passport", papers.passport, "heading", missing=0.4),
            Col("ext_05", "residence_permit", papers.hukou_abroad(), "heading", missing=0.3),
            Col("ext_06", "military_id", papers.SOLDIER, "heading", missing=0.4),
            none("ext_07", code("#######"), "heading"),
            Col(
                "ext_08",
                "housing_certificate",
                papers.deed("蒙房权证呼和浩特市字第20########号"),
                "heading",
                missing=0.3,
            ),
            none("ext_09", num(0, 1), "heading"),
            Col("hyzk_dm", "marital_status", split("10|20|22|30|40")),
            Col("zzmm_cn", "political_status", split("群众|中国共产党党员|共青团员|民盟盟员")),
            Col(
                "ext_11",
                "education",
                split("大学本科/专科教育|普通高级中学教育|初级中学教育|研究生教育"),
                challenge="heading",
            ),
            Col("zjxy_dm", "religion", split("00|00|10|20|30|00|40")),
            Col("xsajlx", "criminal_record", split("无|无|盗窃案|故意伤害案|诈骗案")),
            Col("ext_10", "uscc", w.USCC, missing=0.2, challenge="heading"),
            Col("xzqh12", "division_code", w.division(12), personal=False),
            Col("zz_yzbm", "postcode", w.post),
            Col("wlan_mac", "mac_address", papers.mac("-"), missing=0.3),
            Col("ext_12", "email", papers.mail(), missing=0.4, challenge="heading"),
            none("src_sys", split("ga_rkk|hrss_cbk|mz_hyk|yb_cbr")),
            none("dq_score", real(0.4, 1, 3)),
            none("etl_batch", code("b2025081#")),
            none("etl_time", moment("%Y-%m-%d %H:%M:%S.%f")),
            none("is_valid", split("1|1|1|0")),
            none("zip_start_dt", day("%Y-%m-%d", 2022, 2025), "lookalike"),
            none("zip_end_dt", same("9999-12-31"), "lookalike"),
            none("ds", split("20250831|20250901")),
        ),
        60,
        _LAKE,
        persons=True,
    ),
)

ASK: Final = (
    Table(
        "问卷导出_按文本",
        (
            none("序号", serial("", 1, 1)),
            none("提交答卷时间", moment("%Y/%m/%d %H:%M:%S")),
            none("所用时间", num(41, 900, "秒")),
            none("来源", split("微信|手机提交|链接")),
            Col("来自IP", "ip_address", join(papers.ip, split("(重庆-重庆)|(四川-成都)")), "dirty"),
            Col("1、您的性别", "sex", split("A.男|B.女")),
            none("2、您的年龄段是？", split("18-25|26-35|36-45|46-60|60以上")),
            Col("3、受教育程度[单选]", "education", split("A.初中及以下|B.高中/中专|C.大专|D.本科|E.研究生")),
            Col("4、您目前的婚姻状况", "marital_status", split("未婚|已婚|离异|丧偶|不愿透露")),
            Col("5、您是（可多选）", "political_status", split("党员|团员|群众|其他党派人士")),
            Col("6、家庭月收入区间", "income", split("3千以下|3-6千|6千-1万|1-2万|2万以上")),
            none("7、出行方式（限选2项）", split("公交┋步行|地铁┋公交|私家车|电动车┋步行")),
            none("8、对物业满意度(1-5)", num(1, 5)),
            none("9、最希望改进", split("停车难|电梯老旧|照明不足|绿化少|广场舞噪音")),
            Col("10、是否患慢性病", "medical", split("无|高血压|糖尿病|高血压┋糖尿病|其他〖痛风〗|无")),
            Col(
                "11、其他建议（可留联系方式）",
                "free_text",
                text(*phrases.SURVEY),
            ),
            Col(
                "12、抽奖领奖支付宝",
                "account",
                mix(0.7, w.phone, papers.mail()),
                sensitive=True,
                grade=4,
                missing=0.4,
            ),
            Col("13、所在社区代码（调查员填）", "division_code", w.division(12), personal=False),
            none("14、楼栋", join(num(1, 30), same("栋"))),
            own("调查员编号", code("DCY##")),
            none("15、入户时长(分)", num(3, 40)),
            none("总分", num(20, 100)),
        ),
        55,
        _ASK,
        persons=True,
    ),
)

SOURCES: Final = {"telecom_users": PHONES, "citizen_app": APP, "data_lake": LAKE, "livability_survey": ASK}
