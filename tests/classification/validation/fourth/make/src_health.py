"""Sources of health: dental clinic, disease control, blood, ambulances, care."""

from . import values as v
from . import words as w
from .tables import Col, Table

BLOOD = ["A", "B", "O", "AB"]

DENTAL = [
    Table(
        "kq_patient",
        "person",
        60,
        [
            Col("PatientNo", "none", v.nums(8, "KQ"), of="person"),
            Col("患者姓名", "person_name", v.name),
            Col("性别", "sex", v.sex()),
            Col("出生年月", "date_of_birth", v.birth("%Y-%m"), blank=0.1),
            Col("联系手机", "mobile", v.some(0.9, v.mobile, v.landline), blank=0.05),
            Col("身份证号码", "resident_id", v.idno, blank=0.35),
            Col("微信号", "account", v.some(0.5, v.nums(9, "wxid_"), v.nums(4, "xy_yy")), blank=0.4),
            Col(
                "过敏史",
                "medical",
                v.pick(["无", "否认", "青霉素过敏", "头孢过敏", "海鲜", "无", "碘伏"]),
                blank=0.2,
            ),
            Col(
                "既往病史",
                "medical",
                v.pick(["高血压", "糖尿病5年", "否认", "心脏支架术后", "乙肝小三阳", "无殊"]),
                blank=0.2,
            ),
            Col("职业", "none", v.pick(w.JOBS), of="person", blank=0.3),
            Col("家庭住址", "address", v.address, blank=0.3),
            Col("客户来源", "none", v.pick(["美团", "朋友介绍", "路过", "抖音团购", "老客户"])),
            Col("建档门店", "none", v.pick(["沙市总店", "万达店", "公安分店"])),
        ],
    ),
    Table(
        "kq_visit",
        "person",
        70,
        [
            Col("visit_id", "none", v.serial("V{d:%Y%m%d}{n:04d}")),
            Col("patient_nm", "person_name", v.mask(v.name, 1, 0), "masked"),
            Col("visit_date", "none", v.time()),
            Col("tooth_pos", "medical", v.pick(["36", "47", "11,21", "18", "A5", "全口", "46近中"])),
            Col("diag", "medical", v.pick(w.DENTAL)),
            Col(
                "cure_item",
                "medical",
                v.pick(["根管治疗", "拔牙术", "洁治", "全瓷冠修复", "种植一期", "正畸复诊"]),
            ),
            Col(
                "F12",
                "medical",
                v.pick(["阿莫西林 0.5g tid×3天", "甲硝唑", "布洛芬 prn", "氯己定含漱液"]),
                "heading",
                0.4,
            ),
            Col("zzys", "person_name", v.name2),
            Col("ysje", "none", v.number(80, 9800, 10)),
            Col("支付方式", "none", v.pick(["现金", "微信", "医保", "支付宝", "刷卡"])),
            Col("付款卡号", "bank_card", v.card, blank=0.5),
        ],
    ),
    Table(
        "kq_goods",
        "thing",
        35,
        [
            Col(
                "品名",
                "none",
                v.pick(["阿莫西林胶囊", "一次性口腔包", "替硝唑片", "碧兰麻注射液", "藻酸盐印模粉"]),
                "lookalike",
            ),
            Col("规格", "none", v.pick(["0.25g*24粒", "1.7ml*50支", "100套/箱", "453g"])),
            Col("适应症", "none", v.pick(["牙周炎", "口腔局部麻醉", "厌氧菌感染", "取模"]), "lookalike"),
            Col("批号", "none", v.nums(8)),
            Col("条形码", "none", v.nums(10, "690"), "lookalike"),
            Col("供货单位", "enterprise_name", v.firm),
            Col("供货商电话", "landline", v.landline),
            Col("库存", "none", v.number(0, 400)),
        ],
    ),
]

CDC = [
    Table(
        "crb_report_card",
        "person",
        65,
        [
            Col("卡片编号", "none", v.serial("4210{d:%Y}-{n:05d}")),
            Col("患者姓名*", "person_name", v.name),
            Col("有效证件号*", "resident_id", v.messy(v.idno), "dirty", 0.06),
            Col("性别*", "sex", v.sex()),
            Col("出生日期*", "date_of_birth", v.births("%Y-%m-%d", "%Y/%m/%d", "han", "dots"), "dirty"),
            Col("患者工作单位", "enterprise_name", v.firm, blank=0.45),
            Col("联系电话", "mobile", v.some(0.85, v.mobile, v.landline)),
            Col("现住详细地址", "address", v.address),
            Col("人群分类", "none", v.pick(w.JOBS), of="person"),
            Col(
                "病例分类", "medical", v.pick(["1-临床诊断病例", "2-确诊病例", "3-疑似病例", "4-病原携带者"])
            ),
            Col("疾病名称", "medical", v.pick(w.DISEASES)),
            Col("发病日期", "none", v.day("%Y-%m-%d 00:00:00")),
            Col("诊断时间", "none", v.time()),
            Col(
                "报告单位",
                "none",
                v.pick(["荆州市中心医院", "市第一人民医院", "公安县血防所", "崇文街道社区卫生服务中心"]),
            ),
            Col("报告单位机构代码", "organisation_code", v.orgcode()),
            Col("报告医生", "person_name", v.name2),
            Col("死亡日期", "none", v.const(""), "empty"),
        ],
        (15, 88),
    ),
    Table(
        "lab_result",
        "person",
        50,
        [
            Col("sample_no", "none", v.serial("S{d:%y%m%d}{n:03d}")),
            Col("sfz", "resident_id", v.mask(v.idno, 6, 4), "masked"),
            Col("item_code", "medical", v.pick(["HIV-AB", "HBsAg", "TPPA", "IGRA", "HCV"])),
            Col("jg", "medical", v.pick(["阴性(-)", "阳性(+)", "待复检", "阴性(-)", "弱阳性"])),
            Col("OD_value", "medical", v.decimal(0.01, 3.2, 3)),
            Col("jyr", "person_name", v.name2),
            Col("jcsj", "none", v.time()),
        ],
    ),
]

BLOOD_STATION = [
    Table(
        "TB_DONOR",
        "person",
        60,
        [
            Col("DONOR_ID", "none", v.nums(10, "42"), of="person"),
            Col("DONOR_NAME", "person_name", v.name),
            Col("ID_TYPE", "none", v.pick(["居民身份证", "军官证", "护照"])),
            Col("ID_CARD_NO", "resident_id", v.some(0.93, v.idno, v.passport)),
            Col("SEX", "sex", v.sex("M", "F")),
            Col("BIRTH_DT", "date_of_birth", v.birth("%Y%m%d")),
            Col("NATION", "ethnic_group", v.pick(w.ETHNIC)),
            Col("ABO", "medical", v.pick(BLOOD)),
            Col("RHD", "medical", v.pick(["+", "+", "+", "-"])),
            Col("HB", "medical", v.number(112, 168)),
            Col("ALT", "medical", v.pick(["合格", "合格", "不合格", "18", "23"]), "mixed"),
            Col("EDU_CODE", "education", v.coded(v.EDUCATION_CODES)),
            Col("MOBILE", "mobile", v.messy(v.mobile), "dirty"),
            Col("POST_ADDR", "address", v.address, blank=0.3),
            Col("POST_CODE", "postcode", v.county(2), blank=0.3),
            Col("DONATE_ML", "none", v.pick([200, 300, 400])),
            Col(
                "REFUSE_REASON",
                "medical",
                v.pick(["血压偏高", "转氨酶高", "乙肝表面抗原阳性", "体重不足"]),
                blank=0.7,
            ),
        ],
        (18, 55),
    ),
]

AMBULANCE = [
    Table(
        "dispatch_order",
        "person",
        55,
        [
            Col("alarm_no", "none", v.serial("{d:%Y%m%d}{n:05d}")),
            Col("call_phone", "mobile", v.some(0.7, v.mobile, v.landline), "mixed"),
            Col("patient_name", "person_name", v.some(0.7, v.name, v.pick(["不详", "无名氏"])), blank=0.1),
            Col("age", "none", v.age, of="person"),
            Col("sceneAddr", "address", v.address),
            Col("lng", "coordinates", v.lon()),
            Col("lat", "coordinates", v.lat()),
            Col(
                "chief_complaint",
                "medical",
                v.pick(["胸痛半小时", "车祸外伤,意识不清", "呼吸困难", "醉酒呕吐", "腹痛、孕38周"]),
            ),
            Col(
                "primary_diag",
                "medical",
                v.pick(["急性冠脉综合征?", "脑出血", "颅脑损伤", "酒精中毒", "临产"]),
            ),
            Col(
                "remark",
                "free_text",
                v.text(
                    ["家属{n2}电话{m2},在小区门口接车", "二次来电{m2}催车", "邻居{n2}({m2})报警,{a}"],
                    0.6,
                    ["已到达", "", "回空", "患者拒绝上车"],
                ),
            ),
            Col("car_no", "plate", v.plate, of="thing"),
            Col("driver_nm", "person_name", v.name2),
            Col("hospital", "none", v.pick(["中心医院", "市一医", "中医院", "洪湖市人民医院"])),
        ],
        (16, 90),
    ),
    Table(
        "vehicle_gps",
        "thing",
        40,
        [
            Col("terminalId", "none", v.nums(11, "0"), "lookalike"),
            Col("hphm", "plate", v.plate),
            Col("vin_code", "vin", v.vin),
            Col("dev_imei", "imei", v.imei),
            Col("station_x", "coordinates", v.lon(), of="thing"),
            Col("station_y", "coordinates", v.lat(), of="thing"),
            Col("gateway_ip", "ip_address", v.ip),
            Col("speed", "none", v.number(0, 96)),
            Col("update_time", "none", v.time()),
        ],
    ),
]

CARE = [
    Table(
        "失能评估申请表",
        "person",
        50,
        [
            Col("序号", "none", v.serial("{n}", 0)),
            Col("申请人", "person_name", v.name),
            Col("社会保障号码", "resident_id", v.wide(v.idno), "width"),
            Col("社保卡卡号", "social_security_number", v.social),
            Col("民族", "ethnic_group", v.pick(w.ETHNIC)),
            Col("婚姻状况", "marital_status", v.pick(w.MARITAL)),
            Col("文化程度", "education", v.pick(w.EDUCATION)),
            Col("宗教信仰", "religion", v.pick(["无"] * 4 + w.RELIGION), blank=0.15),
            Col("主要疾病诊断", "medical", v.join(v.pick(w.CHRONIC), v.pick(w.CHRONIC), by=";")),
            Col("Barthel得分", "medical", v.number(0, 60, 5)),
            Col("MMSE评分", "medical", v.number(3, 30)),
            Col(
                "失能等级",
                "medical",
                v.pick(["0级", "1级(轻度)", "2级(中度)", "3级(重度Ⅰ级)", "4级(重度Ⅱ级)"]),
            ),
            Col("目前用药", "medical", v.pick(w.DRUGS), blank=0.2),
            Col("居住地址", "address", v.address),
            Col("银行卡复印件", "none", v.pick(["已交", "未交", "已交"]), "lookalike"),
            Col("代办人", "person_name", v.name2, blank=0.2),
            Col("与申请人关系", "none", v.pick(w.RELATIONS), blank=0.2),
            Col("代办人电话", "mobile", v.mobile2, blank=0.2),
            Col("待遇发放账号", "bank_card", v.groups(v.card), blank=0.1),
            Col("月养老金(元)", "income", v.decimal(900, 5200)),
        ],
        (58, 94),
    ),
]

SOURCES = {
    "dental_clinic": DENTAL,
    "disease_control": CDC,
    "blood_station": BLOOD_STATION,
    "ambulance_120": AMBULANCE,
    "long_term_care": CARE,
}
