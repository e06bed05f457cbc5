"""Sources of the street and of the wires: grid, volunteers, hotline, portal and application logs."""

from . import values as v
from . import words as w
from .tables import Col, Table

UA = [
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64)",
    "Dalvik/2.1.0 (Linux; U; Android 13)",
    "MicroMessenger/8.0.49",
]

GRID = [
    Table(
        "grid_resident",
        "person",
        60,
        [
            Col("wgbm", "none", v.nums(9, "421002"), "lookalike"),
            Col("rkxm", "person_name", v.name),
            Col("gmsfhm", "resident_id", v.wide(v.idno, 0.15), "width", 0.05),
            Col("yhzgx", "none", v.pick(["户主", "妻", "长子", "长女", "父亲"]), of="person"),
            Col("hyzt", "marital_status", v.pick(w.MARITAL)),
            Col("zjxy_mc", "religion", v.pick(["无", "", "佛教", "无", "基督教"]), blank=0.3),
            Col("zzmm_mc", "political_status", v.pick(w.POLITICAL), blank=0.2),
            Col("zdry", "criminal_record", v.pick(["刑满释放", "社区矫正", "", "", "吸贩毒前科"]), blank=0.3),
            Col(
                "mxb", "medical", v.join(v.pick(w.CHRONIC), v.pick(["", "痛风", "白内障"]), by=" "), blank=0.4
            ),
            Col("xjzdz", "address", v.messy(v.address), "dirty"),
            Col("lxdh1", "mobile", v.some(0.7, v.mobile, v.join(v.mobile, v.mobile2, by=",")), "dirty"),
            Col("gat_jzz", "residence_permit", v.permit, "small", 0.92),
            Col("yjz", "foreign_resident_permit", v.foreign, "small", 0.92),
        ],
    ),
    Table(
        "grid_event",
        "thing",
        50,
        [
            Col("eventId", "none", v.nums(12, "SJ")),
            Col("eventX", "coordinates", v.lon()),
            Col("eventY", "coordinates", v.lat()),
            Col(
                "eventDesc",
                "free_text",
                v.text(
                    ["{a}住户{n}反映噪音,电话{m}", "巡查发现{n}({m})占道经营", "独居老人{n}需送餐,{m2}"],
                    0.5,
                    ["井盖破损", "路灯不亮", "绿化带垃圾堆积", "已处置"],
                ),
            ),
            Col(
                "handleNote",
                "none",
                v.pick(["已派单城管", "现场整改完毕", "转水务公司", "无法处理"]),
                "lookalike",
            ),
            Col("gridMan", "person_name", v.name2),
            Col("areaCode", "division_code", v.county(0)),
            Col("photo", "none", v.serial("/grid/{d:%Y}/{x}.jpg"), "lookalike"),
        ],
    ),
    Table(
        "volunteer",
        "person",
        45,
        [
            Col(
                "昵称",
                "none",
                v.pick(["荷塘月色", "大江东去", "快乐的鱼", "小蜜蜂", "一米阳光"]),
                "lookalike",
                of="person",
            ),
            Col("真实姓名", "person_name", v.name),
            Col("QQ号", "account", v.nums(9, "3")),
            Col("e-mail", "email", v.messy(v.email), "dirty", 0.3),
            Col("政治面貌", "political_status", v.pick(w.POLITICAL)),
            Col("最高学历", "education", v.pick(w.EDUCATION)),
            Col("血型", "medical", v.pick(["A型", "B型", "O型", "AB型", "不详"])),
            Col("补贴微信支付号", "account", v.nums(8, "wxpay"), blank=0.3, grade=4),
            Col("服务时长(h)", "none", v.decimal(0, 420, 1)),
            Col("服务轨迹点", "coordinates", v.join(v.lon(0.03), v.lat(0.03), by=";"), "dirty", 0.1),
        ],
        (18, 70),
    ),
]

HOTLINE = [
    Table(
        "workorder_12345",
        "person",
        55,
        [
            Col("工单编号", "none", v.nums(14, "DH"), "lookalike"),
            Col("来电号码", "mobile", v.some(0.75, v.mobile, v.landline), "mixed"),
            Col("来电人", "person_name", v.some(0.75, v.name, v.pick(["匿名", "张女士", "李先生"]))),
            Col(
                "诉求内容",
                "free_text",
                v.text(
                    [
                        "{n}(身份证{i})反映养老金未到账,联系电话{m}",
                        "家住{a}的{n}反映停水",
                        "我叫{n},{m},邻居{n2}违建",
                    ],
                    0.9,
                    ["咨询公积金政策", "反映公交线路调整"],
                ),
                grade=3,
            ),
            Col(
                "通话转写",
                "free_text",
                v.text(
                    ["坐席:您好 市民:我姓{x},电话是{m} 坐席:好的", "市民:我叫{n} 住{a} 坐席:请稍等"],
                    0.8,
                    ["市民:喂喂听得到吗(挂断)"],
                    x=v.pick(w.SURNAMES),
                ),
            ),
            Col(
                "办理结果",
                "none",
                v.pick(["已答复,市民满意", "已转办城管委", "重复工单", "政策解释"]),
                "lookalike",
            ),
            Col("坐席工号", "none", v.nums(4, "8"), of="person"),
            Col("区县", "none", v.county(1)),
            Col("区县码", "division_code", v.county(0)),
        ],
    ),
]

PORTAL = [
    Table(
        "web_access_log",
        "person",
        70,
        [
            Col("ts", "none", v.time("%Y-%m-%dT%H:%M:%S")),
            Col("remote_addr", "ip_address", v.ip),
            Col("uid", "account", v.text(["jz_{x}", "user{x}"], x=v.nums(6)), blank=0.2),
            Col(
                "request_uri",
                "free_text",
                v.text(
                    ["/api/q?name={n}&tel={m}", "/sms/send?mobile={m}&t=1", "/yy/query?xm={n}"],
                    0.55,
                    ["/index.html", "/static/app.js", "/news/1024"],
                ),
            ),
            Col("status", "none", v.pick([200, 200, 304, 404, 500])),
            Col("ua", "none", v.pick(UA)),
            Col("upstream", "ip_address", v.text(["10.9.0.{x}:8080"], x=v.number(2, 40)), of="thing"),
            Col("ver", "none", v.pick(["1.12.0.4", "2.3.11.7", "3.0.1.15"]), "lookalike"),
        ],
    ),
    Table(
        "sys_user",
        "person",
        45,
        [
            Col("user_id", "none", v.serial("{n}", 1000), of="person"),
            Col(
                "login_name",
                "account",
                v.text(["{x}{y}", "jz{y}"], x=v.pick(["zhang", "xiong", "tu", "zou"]), y=v.nums(3)),
            ),
            Col("nick_name", "person_name", v.name, "heading"),
            Col("avatar", "none", v.serial("/profile/{x}.png"), "lookalike"),
            Col("email", "email", v.email, blank=0.1),
            Col("phonenumber", "mobile", v.mobile),
            Col("sex", "sex", v.sex("0", "1")),
            Col("id_card_verified", "none", v.pick(["Y", "N"]), "lookalike"),
            Col("wechat_no", "none", v.const(""), "empty"),
            Col("login_ip", "ip_address", v.ip, blank=0.1),
            Col("del_flag", "none", v.const("0")),
            Col("sfzx", "none", v.pick(["1", "0"]), "lookalike"),
        ],
        (21, 60),
    ),
]

APP = [
    Table(
        "app_event",
        "person",
        60,
        [
            Col("eid", "none", v.nums(10)),
            Col("wx_unionid", "account", v.text(["oY8c{x}"], x=v.nums(20)), blank=0.1),
            Col("imei1", "imei", v.mask(v.imei, 8, 3), "masked"),
            Col("wlan_mac", "mac_address", v.mac(":", False)),
            Col("bssid", "mac_address", v.mac(), "heading"),
            Col("client_ip", "ip_address", v.ip),
            Col("iccid", "none", v.nums(14, "898601"), "lookalike", of="person"),
            Col("loc_lng", "coordinates", v.lon(), blank=0.1),
            Col("loc_lat", "coordinates", v.lat(), blank=0.1),
            Col(
                "payload",
                "free_text",
                v.text(['{{"uname":"{n}","phone":"{m}"}}', '{{"act":"bind","idNo":"{i}"}}'], 0.8, ["{}"]),
                grade=3,
            ),
            Col("union_pay_card", "bank_card", v.mask(v.card, 4, 4), "masked", 0.3),
            Col("voice_print", "biometric", v.serial("vp/{x}.pcm"), blank=0.6),
        ],
    ),
]

SOURCES = {
    "street_grid": GRID,
    "hotline_12345": HOTLINE,
    "web_portal": PORTAL,
    "mobile_app": APP,
}
