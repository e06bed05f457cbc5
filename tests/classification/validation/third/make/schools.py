"""Schools, a kindergarten, a college, a library and a sports centre."""

from . import values as v
from .cells import (
    birth,
    by_luhn,
    day,
    dirty,
    fill,
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
from .people import Row


def half_age(r: Row) -> str:
    """An age as kindergartens write it."""
    return f"{r.p.age}岁{r.g.randint(0, 11)}个月" if r.g.random() < 0.7 else f"{r.p.age}.5"


PUPILS = [
    Col("学籍号", "none", pat("2022420502000######", "2021420503000######"), "lookalike", "p4"),
    Col("学生姓名", "person_name", v.name),
    Col("性别", "sex", v.sex),
    Col("出生日期", "minor", birth("%Y%m%d")),
    Col("身份证件号", "resident_id", v.idn),
    Col("民族", "ethnic_group", v.ethnic),
    Col("政治面貌", "political_status", one("少先队员", "群众", "少先队员")),
    Col("年级班级", "none", one("三年级2班", "一年级(4)班", "四年级1班", "二年级3班"), "", "p4"),
    Col("健康状况", "medical", one("健康或良好", "一般或较弱", "有慢性病", "哮喘", "先天性心脏病")),
    Col("是否留守儿童", "none", one("是", "否", "否", "非留守儿童"), "", "p4"),
    Col("残疾类型", "medical", one("无残疾", "无残疾", "听力残疾", "智力残疾")),
    Col("家庭住址", "address", v.address),
    Col("成员1姓名", "person_name", kin(v.name)),
    Col("成员1身份证件号", "resident_id", kin(v.idn)),
    Col("成员1联系电话", "mobile", kin(v.mobile)),
    Col("成员1工作单位", "enterprise_name", some(v.firm, 0.6)),
    Col("户口所在地行政区划", "division_code", v.division),
    Col("邮政编码", "postcode", v.postcode),
    Col("电子信箱", "email", some(kin(v.email), 0.3)),
]

CHECKUPS = [
    Col("bjmc", "none", one("一(1)", "一(2)", "二(3)", "三(1)"), "", "p4"),
    Col("xsxm", "person_name", dirty(v.name, 0.4), "dirty"),
    Col("nl", "minor", v.age),
    Col("sg_cm", "medical", real(112, 150, 1)),
    Col("tz_kg", "medical", real(19, 46, 1)),
    Col("sl_zy", "medical", one("5.0", "4.8", "4.6", "5.1", "4.3")),
    Col("fhl", "medical", one("1800", "1420", "2100", "1560")),
    Col("qc", "medical", one("无", "龋患2", "dmf 1", "未见异常")),
    Col("yyzk", "medical", one("正常", "超重", "肥胖", "轻度消瘦")),
    Col("tjrq", "none", day()),
    Col("ysqm", "person_name", one("望晓琴", "易建")),
]

TEACHERS = [
    Col("JSGH", "none", pat("T2005###"), "", "p2"),
    Col("JSXM", "person_name", v.name),
    Col("SFZJH", "resident_id", v.idn),
    Col("CSNY", "date_of_birth", birth("%Y%m")),
    Col("ZZMM", "political_status", v.party),
    Col("ZGXL", "education", v.schooling),
    Col("XW", "education", one("学士", "硕士", "无", "博士", "教育硕士")),
    Col("HYZK", "marital_status", v.wedlock),
    Col("ZC", "none", one("一级教师", "高级教师", "二级教师"), "", "p2"),
    Col("YDDH", "mobile", v.mobile),
    Col("BGDH", "landline", v.landline, "", "n"),
    Col("YHKH", "bank_card", v.card),
    Col("YFGZ", "income", real(4200, 11200)),
    Col("QQ", "account", v.qq, flag="p2"),
    Col("JSZGZH", "none", pat("2010420502#######"), "lookalike", "p2"),
]

TODDLERS = [
    Col("幼儿姓名", "person_name", v.name),
    Col("小名", "none", one("豆豆", "糖糖", "六六", "妞妞", "乐乐", "果果"), "", "p4"),
    Col("生日", "minor", birth("{0.month}月{0.day}日")),
    Col("足岁", "minor", half_age),
    Col("班级", "none", one("小一班", "中二班", "大一班", "托班"), "", "p4"),
    Col("过敏/忌口", "medical", some(one("鸡蛋过敏", "牛奶蛋白过敏", "蚕豆病", "芒果过敏", "无"), 0.7)),
    Col("午睡(是/否)", "none", one("否", "是", "是", "是"), "", "p4"),
    Col("晨检", "medical", one("36.5℃ 正常", "36.8 咽红", "手心有疱疹", "37.6℃ 观察")),
    Col("接送人", "person_name", kin(v.name)),
    Col("接送人关系", "none", one("外婆", "爸爸", "妈妈", "爷爷"), "", "p4"),
    Col("接送人电话", "mobile", kin(v.spaced_mobile), "dirty"),
    Col("接送人脸图", "biometric", v.face_file),
    Col("家长微信", "account", kin(v.wechat)),
    Col("缴费卡号", "bank_card", kin(v.card)),
    Col("住址", "address", v.short_address),
    Col("身份证/出生证", "resident_id", mixed(v.idn, v.idn, v.idn, pat("@420######")), "mixed"),
    Col(
        "备注2",
        "free_text",
        some(fill("{}由{}代接，{}", one("周三", "周五", "本周"), kin(v.name), kin(v.mobile)), 0.5),
        "heading",
    ),
]

STUDENTS = [
    Col("stuNo", "none", pat("2021######", "2022######"), "", "p2"),
    Col("stuName", "person_name", v.name),
    Col("gender", "sex", one("male", "female")),
    Col("certNo", "resident_id", mixed(v.idn, v.idn, v.idn, v.idn, v.idn, v.permit_8x), "mixed"),
    Col("birthday", "date_of_birth", birth("%Y-%m-%dT00:00:00.000Z")),
    Col("ethnicity", "ethnic_group", v.ethnic),
    Col("politics", "political_status", one("共青团员", "共青团员", "群众", "中共预备党员", "01", "03")),
    Col("dormNo", "none", fill("{}栋{}", num(1, 12), num(101, 640)), "", "p2"),
    Col("bankcard", "bank_card", v.card),
    Col("qq_no", "account", v.qq, flag="p2"),
    Col("campusCardSn", "none", pat("3#########", "1#########"), "lookalike", "p2"),
    Col("gpa", "none", real(1.8, 4.0), "", "p2"),
    Col("familyIncome", "income", num(8000, 160000)),
    Col("mailAddr", "email", v.email),
    Col("gradSchool", "none", one("宜昌市第一中学", "当阳市第二高级中学", "夷陵中学"), "", "p2"),
    Col("psychTest", "medical", one("SCL-90 正常", "SDS 轻度抑郁", "SAS 中度焦虑", "建议随访", "正常")),
]

READERS = [
    Col("证号", "none", pat("YC0000######", "4205########"), "lookalike", "p2"),
    Col("读者", "person_name", v.name),
    Col("身份证", "resident_id", mask(v.idn, 10, 4, "X"), "masked"),
    Col(
        "书名",
        "none",
        one("高血压的饮食治疗", "圣经故事", "刑法学讲义", "三国演义", "抑郁症自救指南"),
        "lookalike",
    ),
    Col("ISBN", "none", pat("9787#########", "978-7-###-#####-#"), "lookalike"),
    Col("索书号", "none", pat("R544.1/##", "I247.5/###", "B97/##")),
    Col("借出日", "none", day("%y/%m/%d")),
    Col("登录名", "account", v.login, flag="p2"),
    Col("E-MAIL", "email", some(v.email, 0.6)),
    Col("押金", "none", one("100", "0", "免押")),
    Col("出版社", "none", one("人民卫生出版社", "法律出版社", "宗教文化出版社"), "lookalike"),
]

MEMBERS = [
    Col("会员卡号", "none", by_luhn("88########", "62###########"), "lookalike", "p2"),
    Col("会员姓名", "person_name", mask(v.name, 1, 0), "masked"),
    Col("手机号", "mobile", mask(v.mobile, 3, 4), "masked"),
    Col("生日", "date_of_birth", birth("{0.month:02d}-{0.day:02d}")),
    Col("体脂率%", "medical", real(12, 36, 1)),
    Col("静息心率", "medical", num(52, 96)),
    Col("运动禁忌", "medical", some(one("膝关节半月板损伤", "高血压", "孕期", "无", "腰椎术后"), 0.7)),
    Col("掌静脉模板", "biometric", v.finger),
    Col("支付账户", "account", v.alipay),
    Col("私教", "person_name", one("陈教练", "Kevin", "向敏", "郑宇")),
    Col("储物柜", "none", num(1, 320)),
    Col("预留1", "none", nothing, "empty"),
]

SWIMMERS = [
    Col("队员", "person_name", v.name),
    Col("年龄", "minor", fill("{}岁", v.age)),
    Col("出生年月", "minor", birth("%Y年%m月")),
    Col("身份证号", "resident_id", wide(v.idn), "width"),
    Col("监护人", "person_name", kin(v.name)),
    Col("监护人手机", "mobile", kin(v.mobile)),
    Col("骨龄", "medical", real(7.5, 13.5, 1)),
    Col("项目", "none", one("50米自由泳", "100米蛙泳", "200米混合泳"), "", "p4"),
    Col("成绩", "none", one("33.21", "1:20.05", "2:45.70"), "", "p4"),
    Col("教练", "person_name", one("覃海波", "朱丽")),
    Col("a5", "minor", birth("%Y-%m-%d"), "heading"),
    Col("家庭电话", "landline", kin(v.local_line)),
    Col("缴费账户(微信/支付宝)", "account", kin(mixed(v.wechat, v.alipay)), "mixed"),
    Col("卡号2", "bank_card", some(kin(v.card), 0.7)),
]

SOURCES = [
    Source(
        "riverside_primary",
        [
            Table("xsjbxx", "child", 70, PUPILS, (6, 11)),
            Table("tjb", "child", 45, CHECKUPS, (6, 11)),
            Table("JZGJBXX", "person", 40, TEACHERS, (23, 59)),
        ],
    ),
    Source("kite_kindergarten", [Table("幼儿花名册", "child", 48, TODDLERS, (2, 5))]),
    Source("gorges_college", [Table("student_info", "person", 55, STUDENTS, (18, 24))]),
    Source("city_library", [Table("jieyue", "person", 40, READERS)]),
    Source(
        "sports_centre",
        [Table("vip_member", "person", 40, MEMBERS), Table("少儿游泳队", "child", 32, SWIMMERS, (6, 12))],
    ),
]
