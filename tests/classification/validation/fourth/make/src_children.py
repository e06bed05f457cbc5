"""Sources whose rows are children, and some whose rows are nearly so."""

from . import values as v
from . import words as w
from .tables import Col, Table

VACCINATION = [
    Table(
        "et_jbxx",
        "child",
        60,
        [
            Col("etbm", "none", v.nums(18, "4210"), "lookalike", of="person"),
            Col("etxm", "person_name", v.name),
            Col("etxb", "sex", v.sex("1", "2")),
            Col("csrq", "minor", v.birth()),
            Col("cszh", "none", v.nums(9, "U42"), of="person", blank=0.2),
            Col("etsfzh", "resident_id", v.idno, blank=0.3),
            Col("jhrxm", "person_name", v.name2),
            Col("jhrsfz", "resident_id", v.idno2, blank=0.3),
            Col("jtdh", "mobile", v.mobile2),
            Col("jtdz", "address", v.address),
            Col("hkszd_dm", "division_code", v.county(0)),
            Col("cstz", "medical", v.number(2350, 4300, 50)),
        ],
        (0, 6),
    ),
    Table(
        "jz_record",
        "child",
        60,
        [
            Col("id", "none", v.serial("{n}")),
            Col("childName", "person_name", v.mask(v.name, 1, 0, "某"), "masked"),
            Col("monthAge", "minor", v.number(0, 71)),
            Col("bactName", "medical", v.pick(w.VACCINES)),
            Col("doseNo", "none", v.pick(["第1剂", "第2剂", "第3剂", "加强"])),
            Col("inoculateDate", "none", v.day("short")),
            Col("batchNum", "none", v.nums(8, "2024")),
            Col(
                "manufacturer",
                "enterprise_name",
                v.some(0.8, v.firm, v.pick(["武汉生物制品研究所有限责任公司"])),
            ),
            Col("aefi", "medical", v.pick(["无", "无", "发热38.2℃", "局部红肿", "皮疹"]), blank=0.3),
            Col("nurse", "person_name", v.name2),
        ],
        (0, 6),
    ),
]

SCHOOL_LOTTERY = [
    Table(
        "民办小学摇号报名",
        "child",
        60,
        [
            Col("报名号", "none", v.serial("YH2025{n:05d}"), of="person"),
            Col("学生姓名", "person_name", v.name),
            Col("性别", "sex", v.sex()),
            Col("证件类型", "none", v.pick(["居民身份证"] * 5 + ["港澳台居民居住证"])),
            Col("证件号码", "resident_id", v.some(0.92, v.idno, v.permit)),
            Col("出生日期", "minor", v.births("%Y-%m-%d", "%Y%m%d", "dots"), "dirty"),
            Col("民族", "ethnic_group", v.pick(w.ETHNIC)),
            Col("户籍地址", "address", v.address),
            Col("不动产权证号", "housing_certificate", v.estate_certificate, blank=0.25),
            Col("监护人1姓名", "person_name", v.name2),
            Col("监护人1身份证", "resident_id", v.idno2),
            Col("监护人1手机", "mobile", v.mobile2),
            Col("监护人1单位", "enterprise_name", v.firm, blank=0.25),
            Col("家庭年收入", "income", v.pick(["5-10万", "10-20万", "20万以上", "5万以下"]), blank=0.2),
            Col("志愿学校", "none", v.pick(w.CHILD_SCHOOLS)),
            Col("摇号结果", "none", v.pick(["中签", "未中签", "候补"])),
        ],
        (6, 6),
    ),
    Table(
        "hk_mo_tw_pupils",
        "child",
        30,
        [
            Col("xh", "none", v.nums(10, "G42"), of="person"),
            Col("stu_name", "person_name", v.name),
            Col("residence_card", "residence_permit", v.permit),
            Col("txz", "hk_macao_permit", v.hkm, blank=0.3),
            Col("tbz", "taiwan_permit", v.nums(8), blank=0.5),
            Col("age", "minor", v.age),
            Col("birth_day", "minor", v.birth("short")),
            Col("parent_wechat", "account", v.nums(7, "wx_"), blank=0.3),
            Col("parent_mail", "email", v.email),
            Col("school", "none", v.pick(w.CHILD_SCHOOLS)),
        ],
        (6, 11),
    ),
]

SPECIAL_EDUCATION = [
    Table(
        "tj_student",
        "child",
        45,
        [
            Col("学籍号", "none", v.nums(18, "G"), "lookalike", of="person"),
            Col("姓名", "person_name", v.name),
            Col("出生年月", "minor", v.births("%Y.%m", "%Y-%m", "%Y%m")),
            Col("实足年龄", "minor", v.age),
            Col(
                "残疾证号",
                "resident_id",
                v.join(v.idno, v.pick(["11", "42", "53", "62"]), by=""),
                "lookalike",
            ),
            Col("残疾类别", "medical", v.pick(w.DISABILITY)),
            Col("残疾等级", "medical", v.pick(["一级", "二级", "三级", "四级"])),
            Col("康复训练", "medical", v.pick(["言语训练", "感觉统合", "助听器适配", "孤独症早期干预"])),
            Col("安置方式", "none", v.pick(["特教学校", "随班就读", "送教上门"]), of="person"),
            Col("家长", "person_name", v.name2),
            Col(
                "家长联系电话",
                "mobile",
                v.some(0.5, v.mobile2, v.join(v.mobile2, v.landline, by="/")),
                "dirty",
            ),
            Col("乡镇邮编", "postcode", v.county(2)),
        ],
        (7, 12),
    ),
]

WELFARE_HOME = [
    Table(
        "children_archive",
        "child",
        40,
        [
            Col("archive_no", "none", v.serial("FLY-{n:03d}"), of="person"),
            Col("nm", "person_name", v.name),
            Col("xb", "sex", v.sex("男", "女")),
            Col("sr", "minor", v.birth("han")),
            Col("rysj", "none", v.day("short")),
            Col("来源", "none", v.pick(["捡拾", "公安移送", "父母双亡", "事实无人抚养"]), of="person"),
            Col("捡拾地点", "address", v.address, blank=0.4),
            Col("健康状况", "medical", v.pick(["先心病", "唇腭裂", "脑瘫", "健康", "早产、低体重"])),
            Col("血型", "medical", v.pick(["A", "B", "O", "AB", "O型"])),
            Col("指纹采集", "biometric", v.serial("/fp/fly/{n:03d}_R1.wsq"), blank=0.2),
            Col(
                "DNA分型",
                "biometric",
                v.join(v.number(12, 19), v.number(14, 18), v.number(7, 12), by="/"),
                blank=0.3,
            ),
            Col("信教情况", "religion", v.pick(["无", "无", "无", "监护人信佛教", "基督教家庭"]), blank=0.4),
            Col("月发放标准", "none", v.pick([1530, 1980])),
        ],
        (0, 12),
    ),
    Table(
        "收养登记",
        "child",
        35,
        [
            Col("登记证字号", "none", v.serial("(2024)荆收字第{n:04d}号"), of="person"),
            Col("被收养人", "person_name", v.name),
            Col("被收养人年龄", "minor", v.join(v.age, v.const("周岁"), by="")),
            Col("被收养人身份证件号", "resident_id", v.idno, blank=0.3),
            Col("收养人", "person_name", v.name2),
            Col("收养人身份证号", "resident_id", v.idno2),
            Col(
                "收养人有无犯罪记录",
                "criminal_record",
                v.pick(["无", "无", "无犯罪记录", "2009年危险驾驶罪,缓刑"]),
            ),
            Col("收养人年收入", "income", v.number(42000, 260000, 500)),
            Col("收养人婚姻", "marital_status", v.pick(w.MARITAL)),
            Col("收养人学历", "education", v.pick(w.EDUCATION)),
            Col("登记机关", "none", v.pick(["沙市区民政局", "洪湖市民政局", "荆州区民政局"])),
        ],
        (0, 10),
    ),
]

SPORTS_SCHOOL = [
    Table(
        "少儿体校_启蒙班",
        "child",
        40,
        [
            Col("学员", "person_name", v.name),
            Col("生日", "minor", v.births("%Y-%m-%d", "short")),
            Col("周岁", "minor", v.age),
            Col("静息心率", "medical", v.number(66, 98)),
            Col("骨龄", "medical", v.decimal(6, 13, 1)),
            Col("心电图", "medical", v.pick(["正常", "窦性心律不齐", "正常范围"]), blank=0.2),
            Col("项目", "none", v.pick(["跳水", "羽毛球", "举重", "体操"])),
            Col("紧急联系人", "person_name", v.name2),
            Col("紧急电话", "mobile", v.wide(v.mobile2), "width"),
            Col(
                "备注", "free_text", v.text(["由{n2}({m2})接送", "周三请假,家长{m2}"], 0.5, ["", "", "住校"])
            ),
        ],
        (7, 12),
    ),
    Table(
        "youth_team",
        "person",
        40,
        [
            Col("athlete_name", "person_name", v.name),
            Col("reg_no", "none", v.nums(10, "42"), of="person"),
            Col("birthday", "date_of_birth", v.birth(), "lookalike"),
            Col("id_number", "resident_id", v.idno),
            Col("blood_hb", "medical", v.number(118, 165)),
            Col("injury", "medical", v.pick(["左膝半月板损伤", "腰肌劳损", "踝关节扭伤", "无"]), blank=0.3),
            Col("coach", "person_name", v.name2),
            Col("allowance_card", "bank_card", v.card, blank=0.1),
            Col("best_score", "none", v.decimal(9, 60)),
        ],
        (15, 17),
    ),
]

KINDERGARTEN = [
    Table(
        "晨检记录",
        "child",
        45,
        [
            Col("班级", "none", v.pick(["小一班", "中二班", "大一班", "大三班"])),
            Col("幼儿姓名", "person_name", v.name),
            Col("年龄(岁)", "minor", v.age),
            Col("体温", "medical", v.decimal(36.0, 38.1, 1)),
            Col("口腔", "medical", v.pick(["正常", "正常", "疱疹", "红"])),
            Col("带药情况", "medical", v.pick(["小儿氨酚黄那敏", "益生菌", "蒲地蓝口服液"]), blank=0.7),
            Col("接送人脸照片", "biometric", v.serial("http://10.20.3.8/face/{d:%Y%m}/{x}.jpg")),
            Col("接送人", "person_name", v.name2),
            Col("晨检时间", "none", v.time()),
        ],
        (3, 5),
    ),
    Table(
        "kids_info",
        "child",
        40,
        [
            Col("kid_no", "none", v.nums(6), of="person"),
            Col("col_a", "person_name", v.name, "heading"),
            Col("col_b", "minor", v.birth("%Y/%m/%d"), "heading"),
            Col("col_c", "mobile", v.mobile2, "heading"),
            Col("col_d", "none", v.pick(["托管", "不托管"]), "heading"),
            Col("xg_rq", "none", v.day("%Y%m%d")),
            Col("allergy", "medical", v.pick(["鸡蛋", "牛奶蛋白", "无", "芒果", "尘螨"])),
            Col("bank_acct", "bank_card", v.card, blank=0.1),
        ],
        (3, 5),
    ),
]

SOURCES = {
    "vaccination": VACCINATION,
    "school_lottery": SCHOOL_LOTTERY,
    "special_education": SPECIAL_EDUCATION,
    "child_welfare": WELFARE_HOME,
    "sports_school": SPORTS_SCHOOL,
    "kindergarten": KINDERGARTEN,
}
