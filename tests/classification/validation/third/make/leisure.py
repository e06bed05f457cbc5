"""A scenic spot, the blood station, a pharmacy's counter, customers from abroad and a petition box."""

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

TICKETS = [
    Col("订单编号", "none", pat("20230918420502####", "42050219991#######"), "lookalike"),
    Col("联系人", "person_name", v.name),
    Col("取票手机", "mobile", v.mobile),
    Col("游客证件", "resident_id", mixed(v.idn, v.idn, v.idn, v.foreign_passport), "mixed"),
    Col("回乡证号", "hk_macao_permit", some(v.hk_pass, 0.15), "small"),
    Col("台胞证号", "taiwan_permit", some(v.tw_pass, 0.15), "small"),
    Col("护照", "passport", some(v.foreign_passport, 0.3)),
    Col("入园刷脸ID", "biometric", pat("FACE_~~~~~~~~~~~~~~~~")),
    Col("支付流水", "none", pat("4200001########23091#########"), "lookalike"),
    Col("支付宝账号", "account", mask(v.mobile, 3, 2), "masked"),
    Col("车号", "plate", some(v.plate, 0.3)),
    Col("优惠凭证", "military_id", some(v.army_id, 0.4), "heading"),
    Col("导游", "person_name", one("覃丽", "望小军", "Amy")),
    Col("景区", "none", one("三峡人家", "清江画廊", "柴埠溪", "王家大院", "张飞擂鼓台"), "lookalike"),
]

DONORS = [
    Col("献血者条码", "none", pat("A4205023######", "=42050 23######"), "lookalike", "p2"),
    Col("XM", "person_name", dirty(v.name), "dirty"),
    Col("SFZH", "resident_id", mixed(v.id_lower, v.idn, v.old_id), "dirty"),
    Col("ABO", "medical", one("A", "B", "O", "AB")),
    Col("RhD", "medical", one("+", "+", "+", "-")),
    Col("Hb(g/L)", "medical", num(115, 172)),
    Col("ALT", "medical", real(6, 60, 0)),
    Col("HBsAg/HCV/HIV/TP", "medical", join("/", *(one("-", "-", "-", "+") for _ in range(4))), "mixed"),
    Col(
        "屏蔽原因",
        "medical",
        some(one("梅毒抗体阳性", "转氨酶高", "乙肝两对半异常", "服用阿司匹林"), 0.2),
        "small",
    ),
    Col("血量ml", "none", one("200", "300", "400"), "", "p2"),
    Col("xl", "education", one("本科", "大专", "高中", "硕士")),
    Col("dwdh", "landline", some(v.landline, 0.4)),
    Col("地址/邮编", "address", join(" ", v.address, v.postcode), "mixed"),
    Col("扩展字段1", "ethnic_group", v.ethnic, "heading"),
    Col("扩展字段2", "date_of_birth", birth("%Y%m%d"), "heading"),
    Col("扩展字段3", "none", nothing, "empty"),
]

COUNTER = [
    Col("小票号", "none", by_luhn("45##############", "62##############"), "lookalike"),
    Col("会员", "person_name", mask(v.name, 1, 1), "masked"),
    Col("购药登记", "medical", one("复方甘草片×2", "布洛芬缓释胶囊×1", "盐酸伪麻黄碱片", "连花清瘟胶囊*3")),
    Col("症状", "medical", some(one("咳嗽", "发热38.5", "咽痛", "鼻塞流涕"), 0.7)),
    Col("身份证号码", "resident_id", wide(v.idn), "width"),
    Col("电话", "mobile", mixed(v.mobile, v.mobile, v.local_line), "mixed"),
    Col("体温", "medical", real(36.1, 38.9, 1)),
    Col("货号", "none", pat("138########", "1500#######"), "lookalike"),
    Col("批准文号", "none", pat("国药准字Z2#######"), "lookalike"),
    Col("刷卡卡号", "bank_card", mask(v.card, 4, 4), "masked"),
    Col("执业药师", "person_name", one("余芳", "谢红梅")),
    Col("医保个人编号", "social_security_number", dirty(v.social_number), "dirty"),
    Col("备注1", "medical", some(one("糖尿病慢病卡", "高血压门特", "孕妇慎用已告知"), 0.6), "heading"),
]

ABROAD = [
    Col("CUST_NM", "person_name", mixed(v.foreign_name, v.name), "mixed"),
    Col("PASSPORT_NO", "passport", v.foreign_passport),
    Col("HKMO_PERMIT", "hk_macao_permit", some(v.hk_pass, 0.5)),
    Col("TW_PERMIT", "taiwan_permit", some(v.tw_pass, 0.4)),
    Col("FRP_NO", "foreign_resident_permit", some(v.permit_9, 0.5)),
    Col("FRP_OLD", "foreign_resident_permit", some(mask(v.permit_old, 7, 2), 0.4), "masked"),
    Col("HMT_RESID_NO", "residence_permit", some(v.permit_8x, 0.4)),
    Col("SWIFT", "none", one("ICBKCNBJ", "BKCHCNBJ", "PCBCCNBJ"), "lookalike"),
    Col("ACCT", "bank_card", dirty(v.card), "dirty"),
    Col("REMIT_ACCT", "bank_card", pat("DE########37040044", "GB##NWBK########"), "dirty"),
    Col("PHONE", "mobile", v.spaced_mobile, "dirty"),
    Col(
        "BIRTH_DT", "date_of_birth", mixed(birth("%d/%m/%Y"), birth("%Y-%m-%d"), birth("%b %d, %Y")), "dirty"
    ),
    Col("MARITAL", "marital_status", one("S", "M", "M", "D", "W")),
    Col("FLAG3", "sex", v.sex_letter, "heading"),
    Col("WECHAT_PAY", "account", some(v.openid, 0.6)),
]

PETITIONS = [
    Col("信访件编号", "none", pat("4205002023##########"), "lookalike"),
    Col(
        "信访人",
        "person_name",
        mixed(v.name, v.name, join("、", v.name, kin(v.name)), fill("{}等5人", v.name)),
        "mixed",
    ),
    Col("证件", "resident_id", some(dirty(v.idn), 0.7), "dirty"),
    Col("住址", "address", mixed(v.address, v.short_address)),
    Col("联系方式", "mobile", mixed(v.mobile, v.mobile, join("/", v.mobile, v.qq)), "mixed"),
    Col(
        "内容",
        "free_text",
        fill("{}反映其子{}工伤赔偿未到位，要求打入{}。", v.name, kin(v.name), v.card),
        "",
        "p4",
    ),
    Col(
        "概况",
        "none",
        one("反映征地补偿标准偏低", "反映小区物业费上涨", "反映退休待遇计算", "建议增开公交"),
        "lookalike",
    ),
    Col("涉及病情", "medical", some(one("尘肺病二期", "腰椎骨折", "抑郁症", "癌症晚期"), 0.2), "small"),
    Col(
        "曾受处理",
        "criminal_record",
        some(one("2019年行政拘留5日", "曾因扰序被训诫", "判刑二年"), 0.25),
        "small",
    ),
    Col("字段_9", "income", mixed(num(900, 6000, "月收入{}元"), num(900, 6000, "{}/月")), "heading"),
    Col("字段_10", "religion", one("信佛", "无", "信教(基督)", "无", "回族穆斯林"), "heading"),
    Col("字段_11", "political_status", one("党员", "群众", "群众", "团员"), "heading"),
    Col("收件人", "person_name", one("信访局来访科 李科", "王静", "许明")),
    Col("办结", "none", day("%Y年%m月%d日")),
]

SOURCES = [
    Source("scenic_booking", [Table("ticket_order", "person", 45, TICKETS)]),
    Source("blood_station", [Table("XXZ", "person", 45, DONORS, (18, 58))]),
    Source("pharmacy_counter", [Table("实名登记", "person", 36, COUNTER)]),
    Source("non_resident_desk", [Table("NRA_CUST", "person", 34, ABROAD)]),
    Source("petition_box", [Table("xfj", "person", 40, PETITIONS)]),
]
