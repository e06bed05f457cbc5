"""Sources of justice and police: correction, drugs, traffic, exit-entry, legal aid, notary."""

from . import values as v
from . import words as w
from .tables import Col, Table

LEGAL_AID = [
    Table(
        "fy_case",
        "person",
        45,
        [
            Col("案号", "none", v.serial("(2025)荆法援字第{n}号")),
            Col("受援人", "person_name", v.name),
            Col("受援人证件", "resident_id", v.idno),
            Col("案由", "none", v.pick(["劳动争议", "离婚纠纷", "交通事故责任", "追索赡养费"])),
            Col(
                "羁押场所",
                "criminal_record",
                v.pick(["荆州市看守所", "沙洋监狱", "未羁押", "取保候审"]),
                blank=0.6,
            ),
            Col("涉嫌罪名", "criminal_record", v.pick(w.CRIMES), blank=0.5),
            Col("经济状况证明", "income", v.text(["月收入{x}元", "低保,月{x}"], x=v.number(400, 2600, 10))),
            Col("承办律师", "person_name", v.name2),
            Col("律所", "none", v.pick(["湖北楚韵律师事务所", "湖北江凌律师事务所", "荆州市法律援助中心"])),
            Col(
                "案情简介",
                "free_text",
                v.text(
                    ["{n}于{d}在{f}务工受伤,联系人{n2}{m2}", "申请人{n},身份证{i},要求支付工资"],
                    1,
                    d=v.day("han"),
                    f=v.firm,
                ),
                grade=3,
            ),
        ],
    ),
    Table(
        "gz_notary",
        "person",
        45,
        [
            Col("公证书编号", "none", v.serial("(2024)鄂荆州证字第{n}号")),
            Col("applicant", "person_name", v.name),
            Col("applicant_idno", "resident_id", v.idno),
            Col("applicant_passport", "passport", v.passport, blank=0.4),
            Col("marital", "marital_status", v.pick(["S", "M", "D", "W"])),
            Col("house_cert", "housing_certificate", v.estate_certificate, blank=0.4),
            Col("no_crime_cert", "criminal_record", v.pick(["无犯罪记录", "未受刑事处分", "有前科(盗窃)"])),
            Col("use_country", "none", v.pick(["加拿大", "韩国", "德国", "澳大利亚"])),
            Col("applicant_fax", "none", v.const(""), "empty"),
            Col("mail", "email", v.email),
            Col("fee", "none", v.pick([80, 160, 200, 400])),
        ],
    ),
]

CORRECTION = [
    Table(
        "sqjz_object",
        "person",
        50,
        [
            Col("矫正对象编号", "none", v.nums(10, "421000"), of="person"),
            Col("姓名", "person_name", v.name),
            Col("身份证号", "resident_id", v.idno),
            Col("罪名", "criminal_record", v.pick(w.CRIMES)),
            Col(
                "原判刑期",
                "criminal_record",
                v.pick(["有期徒刑六个月,缓刑一年", "拘役二个月缓刑四个月", "管制一年", "三年缓四年"]),
            ),
            Col("矫正类别", "criminal_record", v.pick(["缓刑", "假释", "管制", "暂予监外执行"])),
            Col("前科", "criminal_record", v.pick(["无", "有", "2012年因寻衅滋事判刑", "无"])),
            Col("宗教信仰", "religion", v.pick(["无"] * 4 + ["基督教", "佛教"])),
            Col("健康状况", "medical", v.pick(["健康", "高血压", "抑郁症服药", "HIV感染", "良好"])),
            Col("婚姻家庭", "marital_status", v.coded(v.MARITAL_CODES, "{1}")),
            Col("人脸模板", "biometric", v.template(48)),
            Col("声纹编号", "biometric", v.serial("VP_{n:05d}.npy")),
            Col("定位手机IMEI", "imei", v.imei),
            Col("责任人", "person_name", v.name2),
        ],
        (19, 70),
    ),
    Table(
        "sqjz_track",
        "person",
        60,
        [
            Col("oid", "none", v.nums(4, "4210000"), of="person"),
            Col("gps_lng", "coordinates", v.lon()),
            Col("gps_lat", "coordinates", v.lat()),
            Col("bd_xy", "coordinates", v.join(v.lon(), v.lat(), by=","), "mixed"),
            Col("addr_desc", "address", v.address),
            Col("battery", "none", v.number(3, 100)),
            Col("phone_mac", "mac_address", v.mac()),
            Col("report_time", "none", v.time()),
            Col("越界", "none", v.pick(["0", "0", "1"])),
        ],
    ),
]

DRUG_REHAB = [
    Table(
        "jd_person",
        "person",
        45,
        [
            Col("RYBH", "none", v.nums(14, "R4210"), of="person"),
            Col("XM", "person_name", v.name),
            Col("BMCH", "none", v.pick(["老三", "黑皮", "毛子", "刘麻子", ""]), "lookalike", 0.4, "person"),
            Col("SFZH18", "resident_id", v.idno),
            Col("CSRQ", "date_of_birth", v.birth("%Y%m%d")),
            Col("XD_ZL", "medical", v.pick(["海洛因", "冰毒", "K粉", "麻古", "依托咪酯"]), "lookalike"),
            Col("NJJG", "medical", v.pick(["阴性", "甲基安非他明阳性", "吗啡阳性", "阴性"])),
            Col(
                "WSDC_JG",
                "criminal_record",
                v.pick(["强制隔离戒毒2年", "盗窃罪六个月", "容留他人吸毒罪八个月", "贩卖毒品罪三年"]),
            ),
            Col("MSTJL", "medical", v.join(v.number(20, 110, 5), v.const("ml"), by="")),
            Col("ZW_TX", "biometric", v.serial("\\\\10.42.1.9\\zw\\{d:%Y}\\{x}.bmp")),
            Col("HM_TZ", "biometric", v.template(40), blank=0.3),
            Col("MZ", "ethnic_group", v.coded(v.ETHNIC_CODES, "{1}")),
            Col("ZZMM", "political_status", v.coded(v.POLITICAL_CODES)),
            Col("LXFS", "mobile", v.mobile, blank=0.2),
            Col(
                "BZ",
                "free_text",
                v.text(["其母{n2}电话{m2}", "{n}现住{a},由{n2}担保"], 0.6, ["", "按期尿检"]),
            ),
        ],
        (19, 62),
    ),
]

TRAFFIC = [
    Table(
        "drv_license",
        "person",
        50,
        [
            Col("dabh", "driver_file_number", v.nums(8, "4210")),
            Col("jszh", "resident_id", v.idno),
            Col("xm", "person_name", v.name),
            Col("xb", "sex", v.sex("1", "2")),
            Col("zjcx", "none", v.pick(["C1", "C2", "B2", "A2D", "C1E"])),
            Col("ljjf", "none", v.number(0, 12)),
            Col("yzbm", "postcode", v.county(2), blank=0.1),
            Col("yxqz", "none", v.later(300, 3000)),
            Col("tjrq", "none", v.day("%Y%m%d")),
            Col("slqk", "medical", v.pick(["5.0/4.9", "矫正5.0", "4.9/4.9", "辨色力正常"])),
            Col("sjhm", "mobile", v.mobile),
            Col("zxbh", "none", v.nums(13, "42000"), "lookalike", of="person"),
        ],
        (20, 68),
    ),
    Table(
        "veh_owner",
        "person",
        50,
        [
            Col("号牌号码", "plate", v.plate),
            Col("车辆识别代号", "vin", v.vin),
            Col("发动机号", "none", v.nums(7, "G4"), "lookalike"),
            Col("机动车所有人", "person_name", v.name),
            Col("驾驶证档案编号", "driver_file_number", v.messy(v.nums(8, "4210")), "dirty"),
            Col("厂牌型号", "none", v.pick(w.COMPANY_CARS)),
            Col("住所地址", "address", v.address),
            Col("邮编", "postcode", v.county(2)),
            Col("临时居住证", "none", v.const(""), "empty"),
            Col("初次登记日期", "none", v.day("short")),
        ],
    ),
    Table(
        "violation",
        "person",
        50,
        [
            Col("wfbh", "none", v.nums(15, "42100")),
            Col("hphm", "plate", v.mask(v.plate, 3, 2), "masked"),
            Col("dsr", "person_name", v.name),
            Col("wfdm", "none", v.pick(["1344", "1625", "1039", "6023"]), "lookalike"),
            Col(
                "wfdz",
                "address",
                v.text(["{x}与{y}交叉口", "{x}{y}口以东200米"], x=v.pick(w.ROADS), y=v.pick(w.ROADS)),
            ),
            Col("fkje", "none", v.pick([50, 100, 200, 1500])),
            Col("jiujing", "medical", v.text(["{x}mg/100ml"], x=v.number(0, 190)), "", 0.5),
            Col(
                "zjdx",
                "criminal_record",
                v.pick(["危险驾驶罪移送", "不构成犯罪", "无", "曾因醉驾判拘役"]),
                blank=0.5,
            ),
            Col("file_no", "driver_file_number", v.nums(8, "4210"), blank=0.1),
            Col("clsj", "none", v.time()),
        ],
    ),
]

EXIT_ENTRY = [
    Table(
        "crj_apply",
        "person",
        55,
        [
            Col("业务编号", "none", v.nums(15, "421000")),
            Col("中文姓名", "person_name", v.name),
            Col(
                "拼音姓",
                "person_name",
                v.pick(["XIONG", "ZOU", "TU", "XIANG", "TAN", "GONG", "LIU", "OUYANG"]),
            ),
            Col("身份证号码", "resident_id", v.idno),
            Col("护照号", "passport", v.passport, blank=0.3),
            Col("往来港澳通行证号", "hk_macao_permit", v.exit_hkm, blank=0.5),
            Col("往来台湾通行证号", "taiwan_permit", v.nums(8, "L"), blank=0.6),
            Col("出生日期", "date_of_birth", v.birth("han")),
            Col("邮寄电话", "mobile", v.mobile),
            Col("是否国家工作人员", "none", v.pick(["否", "否", "是"]), of="person"),
            Col("是否采集人脸", "none", v.pick(["是", "否"]), "lookalike"),
            Col("指纹模板1", "biometric", v.template(56), blank=0.05),
            Col("相片人脸特征", "biometric", v.template(44)),
        ],
    ),
    Table(
        "lodging_foreigner",
        "person",
        45,
        [
            Col("ENAME", "person_name", v.pick(w.FOREIGN)),
            Col("NATIONALITY", "none", v.pick([n[0] for n in w.NATIONS]), of="person"),
            Col("PASSPORT_NO", "passport", v.alien_passport),
            Col("VISA_NO", "none", v.nums(8, "A"), "lookalike", of="person"),
            Col("PR_CARD", "foreign_resident_permit", v.foreign, blank=0.6),
            Col("BIRTHDAY", "date_of_birth", v.birth()),
            Col("HOTEL", "none", v.pick(["晶崴国际大酒店", "九老仙都酒店", "荆州宾馆"])),
            Col("ROOM", "none", v.number(301, 1822)),
            Col("CONTACT_EMAIL", "email", v.email, blank=0.3),
            Col(
                "FAITH",
                "religion",
                v.pick(["Catholic", "Islam", "None", "Protestant", "Buddhism"]),
                blank=0.4,
            ),
            Col("CHECKIN", "none", v.time("%d/%m/%Y %H:%M:%S")),
        ],
    ),
    Table(
        "居住证办理",
        "person",
        45,
        [
            Col("姓名", "person_name", v.name),
            Col("港澳台居民居住证号", "residence_permit", v.permit),
            Col("原通行证", "hk_macao_permit", v.hkm, blank=0.2),
            Col("台胞证号", "taiwan_permit", v.nums(8, ""), blank=0.5),
            Col("居住地址", "address", v.address),
            Col("房屋权属证明", "housing_certificate", v.estate_certificate, blank=0.4),
            Col("就业单位", "enterprise_name", v.firm, blank=0.2),
            Col("签发日期", "none", v.day("dots")),
        ],
        (20, 70),
    ),
]

SOURCES = {
    "legal_aid_notary": LEGAL_AID,
    "judicial_correction": CORRECTION,
    "drug_rehab": DRUG_REHAB,
    "traffic_police": TRAFFIC,
    "exit_entry": EXIT_ENTRY,
}
