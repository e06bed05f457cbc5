"""Sources about the sick, the checked and the young: hospitals, laboratories, pharmacies, schools."""

from __future__ import annotations

from collections.abc import Mapping
from random import Random
from typing import Any

from tests.classification.making import Col, Table
from tests.classification.validation.second.make import words
from tests.classification.validation.second.make.values import (
    birth,
    blank,
    card,
    decimal,
    dirty,
    file_ref,
    hidden,
    landline,
    mixed,
    mobile,
    moment,
    number,
    of,
    other_name,
    person,
    phrase,
    pick,
    place,
    template,
    whole,
    wide,
)  # fmt: skip

ADULTS = person()
MOTHERS = person(1984, 2003, "女")
STUDENTS = person(1999, 2005)
BABIES = person(2023, 2024)
SMALL = person(2018, 2022)
PUPILS = person(2014, 2018)
BUS = place(118.09, 24.47)


def _mobile(r: Random, row: Mapping[str, Any], i: int) -> str:
    return mobile(r)


def _blood_pressure(r: Random, row: Mapping[str, Any], i: int) -> str:
    return f"{r.randint(105, 182)}/{r.randint(62, 108)}"


def _baby(r: Random, row: Mapping[str, Any], i: int) -> str:
    return f"{other_name(r, row, i)}之{'子' if row['sex'] == '男' else '女'}"


def _pupil_number(r: Random, row: Mapping[str, Any], i: int) -> str:
    return f"G{row['id']}"


def _age(r: Random, row: Mapping[str, Any], i: int) -> str:
    return str(2025 - row["born"].year)


def _clock_birth(r: Random, row: Mapping[str, Any], i: int) -> str:
    return f"{row['born']:%Y年%m月%d日}{r.randrange(24):02d}时{r.randrange(60):02d}分"


def _caller(r: Random, row: Mapping[str, Any], i: int) -> str:
    return str(row["name"])[0] + ("先生" if row["sex"] == "男" else "女士")


MATERNITY = (
    Table("ck_jdk", (
        Col("YFXM_JD", "person_name", of("name")),
        Col("YFZJHM18", "resident_id", of("id")),
        Col("YFCSRQ8", "date_of_birth", birth("%Y%m%d")),
        Col("LXSJ_BR", "mobile", _mobile),
        Col("ZJLXDH_ZF", "mobile", dirty(_mobile), "dirty"),
        Col("XZZ_XXDZ", "address", of("address")),
        Col("YFWHCD_MC", "education", pick(*words.DEGREES)),
        Col("GWYSPG", "medical", pick("妊娠期糖尿病", "瘢痕子宫", "高龄初产", "胎盘前置", "无高危因素",
            "重度贫血", "多胎妊娠")),
        Col("YCS_CS", "medical", pick("孕1产0", "孕2产1", "孕3产1", "G1P0", "G2P1", "G4P2")),
        Col("JCRQ_CZ", "none", moment("%Y%m%d"), "lookalike"),
        Col("JDHS_QM", "person_name", other_name),
        Col("KPLSH", "none", number(18), "lookalike"),
    ), about=MOTHERS, persons=True),
    Table("xse_djb", (
        Col("XSEXM_LS", "person_name", _baby),
        Col("XSE_CSSJ", "minor", _clock_birth),
        Col("XSE_XB", "sex", of("sex")),
        Col("CSTZ_KE", "medical", whole(2350, 4210)),
        Col("APGAR_1FZ", "medical", pick("8", "9", "10", "7", "10")),
        Col("MQ_SFZHM", "resident_id", lambda r, row, i: str(MOTHERS(r, i)["id"])),
        Col("XSEJB_ZD", "medical", pick("新生儿高胆红素血症", "未见异常", "新生儿肺炎",
            "先天性心脏病（房缺）", "早产儿"), missing=0.3),
        Col("ZYZLDZ", "address", of("address")),
    ), about=BABIES, rows=28, children=True, persons=True),
)  # fmt: skip

LABORATORY = (
    Table("specimen_result", (
        Col("pat_full_nm", "person_name", of("name")),
        Col("pat_gender_cd", "sex", lambda r, row, i: "M" if row["sex"] == "男" else "F"),
        Col("rpt_item_cname", "medical", pick(*words.TESTS)),
        Col("rslt_num_val", "medical", decimal(0.2, 180, 2)),
        Col("ref_lo_hi", "none", pick("3.9-6.1", "0-40", "44-133", "0.27-4.2", "<1.0", "阴性")),
        Col("rslt_uom", "none", pick("mmol/L", "U/L", "umol/L", "ng/mL", "10^9/L")),
        Col("spec_barcode12", "none", number(12), "lookalike"),
        Col("dx_icd_ver10", "medical", pick(*words.ICD)),
        Col("verify_tech", "person_name", other_name),
        Col("collect_dttm", "none", moment("%Y-%m-%d %H:%M")),
        Col("analyzer_sn", "none", pick("BS-2800M-0412", "XN-1000-77120", "cobas8000-2231"), "lookalike"),
        Col("req_ward_tel", "landline", landline, personal=False),
        Col("hiv_flag", "medical", pick("NEG", "NEG", "NEG", "POS", "PENDING")),
    ), about=ADULTS, persons=True),
    Table("reagent_stock", (
        Col("reagent_cname", "none", lambda r, row, i: r.choice(words.TESTS) + "测定试剂盒", "lookalike"),
        Col("reg_cert", "none", lambda r, row,
            i: f"国械注准{r.randrange(2015, 2024)}340{r.randrange(1000, 9999)}"),
        Col("lot_no", "none", moment("%Y%m%d"), "lookalike"),
        Col("vendor_cname", "enterprise_name", lambda r, row, i: r.choice(("深圳", "南京",
            "上海")) + r.choice(words.COMPANY_BODIES) + "诊断试剂有限公司"),
        Col("expiry_d", "none", moment("%Y/%m/%d", 2025, 2027)),
    ), rows=20),
)  # fmt: skip

PHARMACY = (
    Table("会员购药流水", (
        Col("会员手机（必填）", "mobile", _mobile),
        Col("顾客称呼", "person_name", _caller, "masked"),
        Col("本次购药明细", "medical", lambda r, row, i: "；".join(r.sample(words.DRUGS, r.randint(1, 3)))),
        Col("慢病标签", "medical", pick("高血压", "糖尿病", "冠心病", "无", "痛风"), missing=0.2),
        Col("处方医师签名", "person_name", other_name),
        Col("医保结算编号", "none", number(18), "lookalike"),
        Col("实付(元)", "none", decimal(5, 620, 2)),
        Col("微信昵称", "account", pick(*words.NICKS)),
        Col("会员积分卡", "none", number(16), "lookalike", personal=True, grade=2),
    ), about=ADULTS, persons=True),
    Table("商品目录", (
        Col("药品通用名称", "none", pick(*words.DRUGS), "lookalike"),
        Col("适应症摘要", "none", pick("用于轻中度高血压", "用于2型糖尿病", "用于胃食管反流",
            "用于缓解轻至中度疼痛", "用于呼吸道感染"), "lookalike"),
        Col("批准文号", "none", lambda r, row, i: f"国药准字H{r.randrange(19990000, 20239999)}"),
        Col("69商品条码", "none", number(10, "690"), "lookalike"),
        Col("生产厂家", "enterprise_name", lambda r, row,
            i: r.choice(words.COMPANY_BODIES) + r.choice(("制药有限公司", "药业股份有限公司",
            "生物医药有限公司"))),
        Col("零售价", "none", decimal(4, 99, 2)),
    ), rows=24),
)  # fmt: skip

DENTIST = (
    Table("预约本", (
        Col("来客", "person_name", of("name"), "small"),
        Col("电 话 号", "mobile", _mobile, "small"),
        Col("看牙项目", "medical", pick("拔智齿", "根管治疗", "种植二期", "洗牙", "右下6补牙"), "small"),
        Col("过敏/病史", "medical", pick("青霉素过敏", "高血压", "装有心脏支架", "无"), "small"),
        Col("椅位", "none", pick("1", "2", "3"), "small"),
        Col("欠款￥", "none", pick("0", "200", "1500"), "small"),
        Col("加微信", "account", pick("wxid_k8s2md01", "zhoumin1987", "dentist-fan", "qianlv_521",
            "lyf20200101"), "small"),
    ), about=ADULTS, rows=5, persons=True),
    Table("小患者", (
        Col("孩子", "person_name", of("name"), "small"),
        Col("几岁了", "minor", lambda r, row, i: f"{2025 - row['born'].year}岁", "small"),
        Col("带来的家长手机", "mobile", _mobile, "small"),
        Col("做了什么", "medical", pick("窝沟封闭", "乳牙拔除", "涂氟", "间隙保持器"), "small"),
    ), about=SMALL, rows=4, children=True, persons=True),
)  # fmt: skip

FOLLOW_UP = (
    Table("慢病随访2024", (
        Col("01.居民姓名", "person_name", of("name")),
        Col("02.证件号", "resident_id", dirty(of("id")), "dirty"),
        Col("03.本人/家属电话", "mobile", mixed(_mobile, landline), "mixed"),
        Col("04.住址(村-组)", "address", of("address")),
        Col("05.婚姻", "marital_status", pick(*words.MARRIAGE)),
        Col("06.收缩压/舒张压mmHg", "medical", _blood_pressure),
        Col("07.空腹血糖mmol/L", "medical", decimal(4.2, 14.5)),
        Col("08.BMI", "medical", decimal(17.5, 33.9)),
        Col("09.现用药1", "medical", lambda r, row,
            i: f"{r.choice(words.DRUGS)} {r.choice(('5mg', '0.5g', '20mg'))} {r.choice(('qd', 'bid'))}"),
        Col("10.残疾情况", "medical", pick("无残疾", "视力残疾二级", "肢体残疾三级", "精神残疾一级",
            "听力残疾四级")),
        Col("11.随访村医", "person_name", other_name),
        Col("12.随访方式", "none", pick("门诊", "家庭", "电话")),
        Col("13.下次随访", "none", moment("%Y.%m.%d", 2025, 2026), "lookalike"),
        Col("14.备用", "none", blank, "empty"),
    ), about=ADULTS, persons=True),
)  # fmt: skip

MIND_HOSPITAL = (
    Table("T_INPATIENT", (
        Col("COL_A1", "person_name", hidden(of("name"), 1, 0), "masked"),
        Col("COL_A2", "resident_id", hidden(of("id"), 6, 4), "masked"),
        Col("COL_B1", "medical", pick("F20.900 精神分裂症", "F32.200 重度抑郁发作", "F31.100 双相躁狂",
            "F10.200 酒精依赖", "F41.101 惊恐障碍"), "heading"),
        Col("COL_B2", "medical", pick("碳酸锂缓释片", "利培酮片 2mg", "舍曲林", "氯氮平25mg tid", "MECT×6"),
            "heading"),
        Col("COL_B3", "medical", phrase("患者接触被动，称能听到邻居议论，否认自杀观念，睡眠{n}分钟片段。",
            "情绪低落{n}天，食欲差，自知力部分存在。"), "heading"),
        Col("COL_C1", "none", pick("01", "02", "03", "07"), "lookalike"),
        Col("COL_C2", "none", pick("Y", "N"), "heading"),
        Col("COL_D1", "bank_card", card("621799", "622848"), "heading"),
        Col("SBKH_D2", "social_security_number", lambda r, row,
            i: f"{r.choice('ABCE')}{r.randrange(10**8):08d}", "heading"),
    ), about=ADULTS, persons=True),
)  # fmt: skip

KINDERGARTEN = (
    Table("中二班花名册", (
        Col("幼儿大名", "person_name", of("name")),
        Col("幼儿乳名", "person_name", pick("果果", "壮壮", "小鱼儿", "糖糖", "虎妞", "团团", "石头")),
        Col("幼儿性别", "sex", of("sex")),
        Col("出生（公历）", "minor", birth("%Y/%m/%d")),
        Col("幼儿证件号", "resident_id", of("id")),
        Col("接送人1手机", "mobile", _mobile),
        Col("户籍详细地址", "address", of("address")),
        Col("忌口与过敏", "medical", pick(*words.ALLERGIES)),
        Col("民族成分", "ethnic_group", pick(*words.ETHNIC)),
        Col("刷脸照片", "biometric", file_ref("face/zhong2/#.jpg")),
        Col("床位", "none", whole(1, 32)),
    ), about=SMALL, rows=26, children=True, persons=True),
    Table("晨检", (
        Col("晨检日", "none", moment("%m-%d"), "lookalike"),
        Col("小朋友", "person_name", of("name")),
        Col("体温℃", "medical", decimal(35.9, 38.6)),
        Col("口腔/手部", "medical", pick("无疱疹", "口腔溃疡", "手心皮疹", "正常"), missing=0.1),
        Col("喂药委托", "medical", lambda r, row,
            i: f"{r.choice(('小儿氨酚黄那敏', '头孢克洛', '益生菌'))}{r.choice(('半包', '5ml', '1袋'))}",
            missing=0.4),
    ), about=SMALL, rows=24, children=True, persons=True),
)  # fmt: skip

PRIMARY = (
    Table("stu_base", (
        Col("stuNameCn", "person_name", of("name")),
        Col("gCode", "resident_id", _pupil_number, "heading"),
        Col("ageYears", "minor", _age),
        Col("guardianTel1", "mobile", wide(_mobile), "width"),
        Col("homeAddrTxt", "address", of("address")),
        Col("visionL", "medical", pick("4.6", "4.8", "5.0", "5.1", "4.5")),
        Col("insertedTooth", "medical", pick("龋齿2颗", "无龋", "错颌畸形", "已充填")),
        Col("fpTmpl", "biometric", template()),
        Col("classId", "none", pick("202103", "202104", "202201", "202305"), "lookalike"),
        Col("nationCd", "ethnic_group", pick("01", "03", "05", "08", "15", "01", "01"), "heading"),
        Col("cardRechargeAcct", "account", number(12, "2088"), sensitive=True, grade=4),
    ), about=PUPILS, children=True, persons=True),
    Table("bus_trace", (
        Col("rider", "person_name", of("name")),
        Col("onLng", "coordinates", BUS[0], personal=True, sensitive=True, grade=4),
        Col("onLat", "coordinates", BUS[1], personal=True, sensitive=True, grade=4),
        Col("busPlate", "plate", pick("闽D12345", "闽D0668学", "闽DA7712", "闽D3K910"), personal=False,
            grade=1),
        Col("onTime", "none", moment("%Y-%m-%d %H:%M")),
        Col("seatNo", "none", whole(1, 45)),
    ), about=PUPILS, rows=20, children=True, persons=True),
)  # fmt: skip

CAMPUS = (
    Table("xs_jbxx", (
        Col("XH_12W", "none", number(8, "2021"), "lookalike", personal=True, grade=2),
        Col("XSXM_ZW", "person_name", of("name")),
        Col("ZZMMM", "political_status", pick("01", "02", "03", "13", "03", "03")),
        Col("MZMC_XS", "ethnic_group", pick(*words.ETHNIC)),
        Col("SYDQDM_6", "division_code", of("code")),
        Col("HYZKDM", "marital_status", pick("10", "10", "20", "21", "40")),
        Col("ZJXY_MC", "religion", pick(*words.FAITHS)),
        Col("YKTKH_16", "none", number(16), "lookalike", personal=True, grade=2),
        Col("GZYHZH", "bank_card", card("621700", "622202")),
        Col("QQHM_XS", "account", lambda r, row, i: f"{r.randrange(10**7, 3 * 10**9)}"),
        Col("XYYX", "email", lambda r, row,
            i: f"{r.choice(('zhang', 'lin', 'wq', 'hxm'))}{r.randrange(10, 9999)}@stu.wuhu-tech.edu.cn"),
        Col("PYCC_MC", "education", pick("本科", "硕士研究生", "博士研究生", "专科(高职)")),
        Col("XJLB", "none", pick("在读", "休学", "保留入学资格")),
        Col("JTRJNSR_Y", "income", whole(6000, 58000)),
        Col("JZWYBM", "postcode", pick("241000", "230022", "430070", "610041")),
    ), about=STUDENTS, persons=True),
    Table("校医院转诊", (
        Col("就诊学生", "person_name", of("name"), "small"),
        Col("初步诊断意见", "medical", pick(*words.ILLNESSES[:6]), "small"),
        Col("陪同辅导员手机号", "mobile", _mobile, "small"),
    ), about=STUDENTS, rows=3, persons=True),
)  # fmt: skip

SOURCES = {
    "maternity_archive": MATERNITY,
    "laboratory_lis": LABORATORY,
    "chain_pharmacy": PHARMACY,
    "family_dentist": DENTIST,
    "township_follow_up": FOLLOW_UP,
    "mind_hospital": MIND_HOSPITAL,
    "little_bridge_kindergarten": KINDERGARTEN,
    "east_lake_primary": PRIMARY,
    "polytechnic_sis": CAMPUS,
}
