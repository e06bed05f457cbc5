"""Further sources: party and union, hired cars, social insurance, the office for guests from abroad."""

from . import values as v
from . import words as w
from .tables import Col, Table

PARTY_UNION = [
    Table(
        "dj_member",
        "person",
        50,
        [
            Col("member_id", "none", v.nums(8), of="person"),
            Col("xm", "person_name", v.name),
            Col("idcard", "resident_id", v.messy(v.idno), "dirty"),
            Col(
                "party_state",
                "political_status",
                v.pick(["正式党员", "预备党员", "发展对象", "入党积极分子"]),
            ),
            Col("native_edu", "education", v.coded(v.EDUCATION_CODES, "{0} {1}")),
            Col("nation_name", "ethnic_group", v.pick(w.ETHNIC)),
            Col(
                "belief_check",
                "religion",
                v.pick(["未信教", "未信教", "曾信佛教", "未信教", "曾信基督教"]),
                blank=0.1,
            ),
            Col("discipline", "criminal_record", v.pick(["无", "", "", "危险驾驶罪拘役一个月"]), blank=0.3),
            Col("e_mail", "none", v.const(""), "empty"),
            Col("wage_base", "income", v.number(3100, 9900, 5)),
            Col("dues", "none", v.decimal(3, 150)),
            Col("branch", "none", v.pick(["月堤社区第二支部", "机关一支部", "退休支部", "两新联合支部"])),
        ],
        (20, 78),
    ),
    Table(
        "工会困难职工",
        "person",
        45,
        [
            Col("职工姓名", "person_name", v.name),
            Col("身份证件号", "resident_id", v.mask(v.idno, 4, 3), "masked"),
            Col("工会组织机构代码", "organisation_code", v.orgcode(False)),
            Col("所在企业", "enterprise_name", v.firm),
            Col(
                "致困原因",
                "medical",
                v.pick(["本人尿毒症透析", "配偶乳腺癌", "子女白血病", "车祸致残", "肝硬化"]),
            ),
            Col("家庭月人均收入", "income", v.number(300, 1500, 10)),
            Col("住房情况", "none", v.pick(["自有", "公租房", "借住"]), of="person"),
            Col("救助卡号", "bank_card", v.wide(v.card), "width"),
            Col("婚否", "marital_status", v.pick(["是", "否", "离"])),
            Col("情况说明", "none", v.pick(["已核实", "拟救助3000元", "符合条件", "待补材料"])),
        ],
    ),
]

HIRED_CARS = [
    Table(
        "wyc_driver",
        "person",
        50,
        [
            Col("从业资格证", "none", v.nums(12, "4210"), "lookalike", of="person"),
            Col("驾驶员姓名", "person_name", v.name),
            Col("驾驶员身份证号", "resident_id", v.idno),
            Col("机动车驾驶证档案编号", "driver_file_number", v.nums(8, "4210")),
            Col("车辆VIN", "vin", v.vin),
            Col("车牌号码", "plate", v.plate),
            Col("背景核查", "criminal_record", v.pick(["无犯罪记录", "无犯罪记录", "曾犯交通肇事罪", "无"])),
            Col("结算银行卡", "bank_card", v.card),
            Col("微信收款账号", "account", v.nums(7, "wxp_"), blank=0.1, grade=4),
            Col("接单IMEI", "imei", v.imei),
            Col("服务评分", "none", v.decimal(4.1, 5, 1)),
        ],
        (22, 60),
    ),
    Table(
        "school_bus",
        "person",
        32,
        [
            Col("jsy", "person_name", v.name),
            Col("jsy_dabh", "driver_file_number", v.nums(8, "4209")),
            Col("jsy_lxdh", "mobile", v.mobile),
            Col("xc_hphm", "plate", v.plate, of="thing"),
            Col("xc_cjh", "vin", v.vin, of="thing"),
            Col("xx", "none", v.pick(w.CHILD_SCHOOLS)),
            Col("fwxl", "none", v.text(["{x}-{y}"], x=v.pick(w.ROADS), y=v.pick(w.ROADS))),
            Col("tjjl", "medical", v.pick(["合格", "血压高复查", "合格", "色弱"])),
        ],
        (25, 59),
    ),
]

INSURANCE_FUND = [
    Table(
        "AC01_person",
        "person",
        55,
        [
            Col("AAC001", "social_security_number", v.nums(9, "4"), "heading"),
            Col("AAC003", "person_name", v.name, "heading"),
            Col("AAC147", "resident_id", v.idno, "heading"),
            Col("AAC004", "sex", v.sex("1", "2"), "heading"),
            Col("AAC006", "date_of_birth", v.birth("%Y%m%d"), "heading"),
            Col("AAE005", "mobile", v.mobile, "heading"),
            Col("AAZ500", "social_security_number", v.social, "heading"),
            Col("社保卡金融账号", "bank_card", v.card, blank=0.1),
            Col("退休金", "income", v.decimal(1800, 6200)),
            Col("认证人脸", "biometric", v.serial("rlrz/{d:%Y}/{x}.jpg"), blank=0.3),
            Col("支付宝领取账号", "account", v.some(0.7, v.mobile, v.email), blank=0.3, grade=4),
        ],
        (20, 88),
    ),
    Table(
        "pension_alive_check",
        "person",
        40,
        [
            Col("社会保障卡号", "social_security_number", v.messy(v.social), "dirty"),
            Col("领取人", "person_name", v.name),
            Col("退役军人证件", "military_id", v.soldier, blank=0.5),
            Col("政治面貌", "political_status", v.coded(v.POLITICAL_CODES, "{0}-{1}")),
            Col("认证方式", "none", v.pick(["刷脸", "上门", "窗口"])),
            Col("认证经度", "coordinates", v.lon()),
            Col("认证纬度", "coordinates", v.lat()),
            Col("认证结果", "none", v.pick(["通过", "通过", "未认证"])),
        ],
        (60, 95),
    ),
]

GUESTS = [
    Table(
        "foreign_expert",
        "person",
        40,
        [
            Col("expert_name", "person_name", v.pick(w.FOREIGN)),
            Col("passport_num", "passport", v.alien_passport),
            Col("pr_id_card", "foreign_resident_permit", v.foreign, blank=0.1),
            Col("work_permit", "none", v.nums(12, "42"), "lookalike", of="person"),
            Col("employer_cn", "enterprise_name", v.firm),
            Col("degree", "education", v.pick(["PhD", "Master", "Bachelor"])),
            Col("annual_pay_rmb", "income", v.number(120000, 680000, 1000)),
            Col("alipay", "account", v.email, blank=0.3, grade=4),
            Col(
                "religious_belief",
                "religion",
                v.pick(["Islam", "Christian", "none", "Hindu", "none"]),
                blank=0.2,
            ),
        ],
        (25, 65),
    ),
    Table(
        "港澳台人员台账",
        "person",
        40,
        [
            Col("人员姓名", "person_name", v.name),
            Col("回乡证", "hk_macao_permit", v.messy(v.hkm), "dirty"),
            Col("台胞证", "taiwan_permit", v.nums(8), blank=0.4),
            Col("居住证号码", "residence_permit", v.permit, blank=0.2),
            Col("护照(如有)", "passport", v.passport, blank=0.5),
            Col("投资企业", "enterprise_name", v.firm),
            Col("企业注册号", "business_licence", v.licence, blank=0.2),
            Col("在荆住址", "address", v.address),
            Col("银行卡", "bank_card", v.groups(v.card), blank=0.2),
        ],
        (24, 75),
    ),
    Table(
        "hk_exchange_visit",
        "person",
        32,
        [
            Col("traveller", "person_name", v.name),
            Col("home_return_permit", "hk_macao_permit", v.mask(v.hkm, 3, 2), "masked"),
            Col("mtp_taiwan", "taiwan_permit", v.nums(8), blank=0.5),
            Col("gender", "sex", v.sex("M", "F")),
            Col("dob", "date_of_birth", v.birth("%d/%m/%Y")),
            Col("tel_hk", "landline", v.nums(7, "+852 2"), "lookalike"),
            Col("diet", "none", v.pick(["普通", "素食", "清真", "无要求"]), "lookalike", of="person"),
        ],
        (17, 70),
    ),
]

ESCORT = [
    Table(
        "军人依法优先登记",
        "person",
        36,
        [
            Col("车次", "none", v.pick(["D5812", "D2227", "G1506", "K1068"])),
            Col("旅客", "person_name", v.name),
            Col("军人有效证件", "military_id", v.soldier),
            Col("文职干部证", "military_id", v.nums(7, "文字第"), blank=0.5),
            Col("同行家属", "person_name", v.name2, blank=0.5),
            Col("同行家属证件", "resident_id", v.mask(v.idno2, 6, 4), "masked", 0.5),
            Col("候车室", "none", v.pick(["一候", "贵宾", "二候"])),
        ],
        (19, 50),
    ),
]

SOURCES = {
    "party_union": PARTY_UNION,
    "hired_cars": HIRED_CARS,
    "social_insurance": INSURANCE_FUND,
    "guests_from_abroad": GUESTS,
    "station_service": ESCORT,
}
