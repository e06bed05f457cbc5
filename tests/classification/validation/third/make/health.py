"""Health: the insurance platform, a hospital, its laboratory, public health and goods that look like it."""

from . import values as v
from . import words
from .cells import birth, by_luhn, count, day, dirty, fill, join, kin, mask, mixed, num, one, pat, real, some
from .frame import Column as Col
from .frame import Source, Table
from .people import Row


def result(r: Row) -> str:
    """A result with its arrow now and then."""
    return f"{r.g.uniform(0.3, 140):.1f}{r.g.choice(('', '', '', '↑', '↓'))}"


INSURANCE = [
    Col("mdtrt_id", "none", pat("4205000000######")),
    Col("setl_id", "none", pat("420500202309########"), "lookalike"),
    Col("psn_no", "social_security_number", pat("4205000000000000##########")),
    Col("psn_cert_type", "none", one("01", "01", "01", "04", "99")),
    Col("certno", "resident_id", mixed(v.idn, v.idn, v.id_lower), "dirty"),
    Col("psn_name", "person_name", v.name),
    Col("gend", "sex", v.sex_code),
    Col("naty", "ethnic_group", v.ethnic_code),
    Col("brdy", "date_of_birth", birth("%Y-%m-%d 00:00:00")),
    Col("insutype", "none", one("310", "390", "510"), "", "p2"),
    Col("dise_codg", "medical", one(*words.ICD)),
    Col("dise_name", "medical", v.diagnosis),
    Col("medfee_sumamt", "none", real(30, 42000), "", "p2"),
    Col("fixmedins_code", "none", pat("H420502000##", "P420503000##")),
    Col(
        "fixmedins_name",
        "enterprise_name",
        fill("益丰大药房连锁有限公司{}店", v.estate),
    ),
    Col("mdtrt_cert_no", "social_security_number", v.ssn),
    Col("acct_pay", "none", real(0, 300), "", "p2"),
    Col("card_sn", "social_security_number", v.ssn),
]

VISITS = [
    Col("PATIENT_ID", "none", count(10098231, 7), "", "p2"),
    Col("BRXM", "person_name", dirty(v.name, 0.3), "dirty"),
    Col("BRXB", "sex", v.sex_code),
    Col("NL", "none", fill("{}岁", v.age), "", "p2"),
    Col("JZKH", "none", pat("0000######"), "", "p2"),
    Col("SFZH", "resident_id", some(v.idn, 0.8)),
    Col("LXRDH", "mobile", mixed(v.mobile, v.mobile, v.mobile, v.mobile, v.landline), "mixed"),
    Col("JTZZ", "address", v.address),
    Col("ZS", "medical", one(*words.COMPLAINTS)),
    Col("ZDMC", "medical", join("；", v.diagnosis, v.diagnosis)),
    Col("GMS", "medical", one("无", "否认", "青霉素过敏", "头孢类过敏", "磺胺过敏", "无")),
    Col("CFNR", "medical", fill("{} {}", v.drug, one("0.5g tid po", "5mg qd", "20mg bid 餐前", "1片 qn"))),
    Col("YSGH", "none", num(1002, 1890)),
    Col("YSXM", "person_name", one("舒建军", "袁敏", "方志", "毕海燕", "向文斌")),
    Col("ZFFS", "none", one("医保", "自费", "微信", "医保")),
    Col("OPENID", "account", some(v.openid, 0.7), flag="p2"),
    Col("JZSJ", "none", day("%Y-%m-%d %H:%M:%S"), "", "p2"),
]

FRONT_PAGE = [
    Col("A11 姓名", "person_name", v.name),
    Col("A13 出生日期", "date_of_birth", birth("%Y%m%d")),
    Col("A20 身份证号", "resident_id", v.idn),
    Col("A21C 婚姻", "marital_status", one("1.未婚", "2.已婚", "3.丧偶", "4.离婚", "2.已婚")),
    Col("A19C 民族", "ethnic_group", v.ethnic),
    Col("A38C 职业", "none", v.job, "", "p2"),
    Col("A26 户口地址", "address", v.address),
    Col("A28C 户口地址邮编", "postcode", v.postcode),
    Col("A29 工作单位", "enterprise_name", some(v.firm, 0.6, "-")),
    Col("A30 单位电话", "landline", some(v.landline, 0.5, "-"), "", "n"),
    Col("A32 联系人", "person_name", kin(v.name)),
    Col("A33C 关系", "none", one("配偶", "子女", "父母", "本人"), "", "p2"),
    Col("C03C 主要诊断编码", "medical", one(*words.ICD)),
    Col("C04N 主要诊断名称", "medical", v.diagnosis),
    Col("C15x01N 主要手术操作", "medical", one(*words.OPERATIONS)),
    Col("血型", "medical", one("A", "B", "O", "AB", "不详", "未查")),
    Col("RH", "medical", one("阴性", "阳性", "阳性", "未查")),
    Col("离院方式", "none", one("1", "1", "2", "4", "5"), "", "p2"),
    Col("宗教信仰", "religion", one(*words.FAITHS)),
    Col(
        "现病史",
        "medical",
        fill("患者{}，曾于外院就诊，予{}口服，症状无明显缓解。", one(*words.COMPLAINTS), v.drug),
    ),
    Col("护理备注", "free_text", some(fill("家属{}（{}）要求夜间陪护", kin(v.name), kin(v.mobile)), 0.6)),
]

LAB = [
    Col("SAMPLE_NO", "none", pat("202309##00##", "202310##00##")),
    Col("pat_name", "person_name", mask(v.name, 1, 0), "masked"),
    Col("pat_idcard", "resident_id", mask(v.idn, 6, 4), "masked"),
    Col("pat_tel", "mobile", mask(v.mobile, 3, 4), "masked"),
    Col("item_name", "medical", one(*words.LAB_ITEMS)),
    Col("RESULT", "medical", result),
    Col("ref_range", "none", one("3.5-9.5", "115-150", "0-40", "57-97", "阴性")),
    Col("unit", "none", one("g/L", "10^9/L", "U/L", "μmol/L")),
    Col("clin_diag", "medical", v.diagnosis),
    Col(
        "检查所见",
        "medical",
        one(
            "双肺纹理增多、紊乱，右下肺见斑片状影",
            "肝实质回声均匀，胆囊壁毛糙",
            "甲状腺右叶见低回声结节，TI-RADS 3类",
            "窦性心律，ST-T改变",
            "L4/5椎间盘向后突出",
        ),
    ),
    Col("report_dt", "none", day("%Y/%m/%d %H:%M")),
    Col("barcode", "none", by_luhn("62##############"), "lookalike"),
]

VACCINES = [
    Col("儿童编码", "none", pat("42050201012022####", "42050201022021####"), "lookalike", "p4"),
    Col("儿童姓名", "person_name", v.name),
    Col("性别", "sex", v.sex),
    Col("出生日期", "minor", birth("%Y-%m-%d")),
    Col("出生医学证明编号", "none", pat("@420######"), "", "p4"),
    Col("母亲姓名", "person_name", kin(v.name)),
    Col("母亲身份证号", "resident_id", kin(v.idn)),
    Col("家长手机", "mobile", kin(v.mobile)),
    Col(
        "疫苗名称",
        "medical",
        one("乙肝疫苗", "脊灰灭活疫苗", "百白破疫苗", "麻腮风疫苗", "卡介苗", "13价肺炎疫苗"),
    ),
    Col("剂次", "medical", one("1", "2", "3", "加强")),
    Col("批号", "none", pat("2023##A##", "20230####")),
    Col("异常反应", "medical", some(one("低热37.8℃", "接种部位红肿", "哭闹", "过敏性皮疹"), 0.15), "small"),
    Col("现住址", "address", v.address),
    Col("接种单位", "none", one("云集街道社区卫生服务中心", "窑湾卫生院预防接种门诊")),
    Col("出生体重(g)", "medical", num(2350, 4300)),
    Col("月龄", "minor", lambda r: str(r.p.age * 12 + r.g.randint(0, 11))),
]

STOCK = [
    Col("药品编码", "none", pat("XJ01CAA040E001010####", "YP#######")),
    Col("药品名称", "none", v.drug, "lookalike"),
    Col("规格", "none", one("0.25g*24粒", "5mg*28片", "10ml:90mg", "3ml:300U")),
    Col("生产企业", "enterprise_name", fill("湖北{}药业有限公司", one(*words.MARKS))),
    Col("国药准字", "none", pat("国药准字H2#######", "国药准字Z4#######")),
    Col(
        "适应症",
        "none",
        one("用于轻中度高血压", "用于2型糖尿病", "用于敏感菌所致感染", "用于抑郁症"),
        "lookalike",
    ),
    Col("条形码", "none", pat("69###########"), "lookalike"),
    Col("库管员", "person_name", one("艾小红", "覃军", "方婷")),
    Col("供货商电话", "landline", v.landline),
    Col("供货商账号", "bank_card", v.firm_account),
    Col("入库日期", "none", day()),
]

PETS = [
    Col("宠物名", "none", one("豆豆", "王子", "小白", "可乐", "安妮", "毛毛"), "lookalike"),
    Col("品种", "none", one("泰迪", "英短蓝猫", "柯基", "中华田园犬")),
    Col("性别", "none", one("公", "母", "公(绝育)"), "lookalike"),
    Col("出生日期", "none", day("%Y-%m-%d", 2014, 2023), "lookalike"),
    Col("诊断", "none", one("犬细小病毒感染", "猫癣", "急性肠胃炎", "髌骨脱位", "耳螨"), "lookalike"),
    Col("芯片号", "none", pat("9860000########", "156###########0"), "lookalike"),
    Col("主人", "person_name", v.name),
    Col("主人微信", "account", v.wechat, flag="p2"),
    Col("主人电话", "mobile", v.mobile),
    Col("犬证号", "none", pat("宜犬证字第2023####号"), "lookalike"),
]

SOURCES = [
    Source("medical_insurance_hsa", [Table("setlinfo_d", "person", 70, INSURANCE)]),
    Source(
        "first_hospital",
        [
            Table("MZ_GHXX", "person", 70, VISITS),
            Table("basy", "person", 45, FRONT_PAGE),
            Table("lis_result", "person", 60, LAB),
        ],
    ),
    Source("immunisation_clinic", [Table("jzjl", "child", 60, VACCINES, (0, 6))]),
    Source("wholesale_and_pets", [Table("ypkc", "thing", 40, STOCK), Table("chongwu", "person", 36, PETS)]),
]
