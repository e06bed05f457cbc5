"""Sources of vehicles, sensors, pets and open data."""

from __future__ import annotations

from collections.abc import Mapping
from random import Random
from typing import Any

from tests.classification import digits
from tests.classification.making import Col, Table
from tests.classification.validation.second.make import words
from tests.classification.validation.second.make.values import (
    born,
    decimal,
    dirty,
    firm,
    hidden,
    imei,
    ip,
    landline,
    mac,
    mobile,
    moment,
    num,
    number,
    of,
    person,
    phrase,
    pick,
    place,
    plate,
    vin,
    whole,
    wide,
)  # fmt: skip

ADULTS = person()
RIDE = place(104.06, 30.66)
LAMP = place(120.13, 33.35)


def _mobile(r: Random, row: Mapping[str, Any], i: int) -> str:
    return mobile(r)


def _plate(r: Random, row: Mapping[str, Any], i: int) -> str:
    return plate(r, row, i)


def _driver_file(r: Random, row: Mapping[str, Any], i: int) -> str:
    return f"{row['code'][:4]}{num(r, 8)}"


def _trip(r: Random, row: Mapping[str, Any], i: int) -> str:
    """A trip's number that reads, in every digit, as an identity number with its check digit."""
    day = born(r, 1980, 1999)
    return digits.resident(f"510107{day:%Y%m%d}{r.randrange(1, 999):03d}")


def _ear_tag(r: Random, row: Mapping[str, Any], i: int) -> str:
    return digits.licence(f"1{row['code']}{r.randrange(10**7):07d}") if "code" in row else "1" + num(r, 14)


def _octets(r: Random, row: Mapping[str, Any], i: int) -> str:
    return f"{r.randrange(1, 12)}.{r.randrange(20)}.{r.randrange(30)}.{r.randrange(99)}"


TRAFFIC = (
    Table("veh_owner", (
        Col("车主/所有人", "person_name", of("name")),
        Col("号牌号码(全)", "plate", _plate),
        Col("VIN车架", "vin", vin),
        Col("发动机型号序列", "none", number(7, "EA211-"), "lookalike"),
        Col("驾证档案号", "driver_file_number", _driver_file),
        Col("驾驶证号码18", "resident_id", of("id"), "heading"),
        Col("使用性质", "none", pick("A", "B", "F", "M")),
        Col("核载人数", "none", pick("5", "7", "2")),
        Col("记录仪IMEI号", "imei", imei),
        Col("寄递地址", "address", of("address")),
        Col("寄递邮编", "postcode", dirty(pick("610041", "610093", "611731")), "dirty"),
        Col("强制注销起", "none", moment("%Y-%m-%d", 2026, 2034), "lookalike"),
    ), about=ADULTS, persons=True),
    Table("拖移登记", (
        Col("CPHM2", "plate", dirty(_plate), "dirty"),
        Col("CJH_VIN", "vin", dirty(vin), "dirty"),
        Col("DABH12", "driver_file_number", dirty(_driver_file), "dirty"),
        Col("HP_QJ", "plate", wide(_plate), "width"),
        Col("TCC", "none", pick("一号停车场", "站西停车场", "北门"), "lookalike"),
    ), about=ADULTS, rows=30, persons=True),
)  # fmt: skip

RIDES = (
    Table("ride_order", (
        Col("orderNo18", "none", _trip, "lookalike"),
        Col("drvFullName", "person_name", of("name")),
        Col("drvLicArchive", "driver_file_number", _driver_file),
        Col("paxPhoneMask", "mobile", hidden(_mobile, 3, 4), "masked"),
        Col("pickupLng", "coordinates", RIDE[0], personal=True, sensitive=True, grade=4),
        Col("pickupLat", "coordinates", RIDE[1], personal=True, sensitive=True, grade=4),
        Col("dropoffPoint", "coordinates", RIDE[2], personal=True, sensitive=True, grade=4),
        Col("carPlateNum", "plate", _plate),
        Col("wxOpenId", "account", lambda r, row,
            i: "oGZUI0" + "".join(r.choice("abcdefgHIJKLmnop0123456789_-") for _ in range(22))),
        Col("fareCents", "none", whole(800, 15600)),
        Col("payChannelAcct", "account", number(12, "2088"), sensitive=True, grade=4),
        Col("feedbackTxt", "free_text", phrase("司机{other}态度好", "东西落车上了，打我电话{phone}",
            "{plate}这辆车有烟味", "一切正常", "请联系{other} {phone}")),
        Col("carVinNo", "vin", vin),
    ), about=ADULTS, persons=True),
    Table("fleet_box", (
        Col("boxImei", "imei", wide(imei), "width", personal=False, grade=1),
        Col("boxMac", "mac_address", mac("-"), personal=False, grade=1),
        Col("fwVersion", "none", _octets, "lookalike"),
        Col("gatewayIp", "ip_address", ip("172.20", "192.168"), personal=False, grade=1),
        Col("depotAddr", "address", of("seat"), personal=False),
        Col("lastBeat", "none", moment("%Y-%m-%dT%H:%M")),
    ), about=firm, rows=24),
)  # fmt: skip

SENSORS = (
    Table("lamp_posts", (
        Col("灯杆编码15", "none", number(15), "lookalike"),
        Col("X_2000", "coordinates", LAMP[0]),
        Col("Y_2000", "coordinates", LAMP[1]),
        Col("点位(百度)", "coordinates", LAMP[2]),
        Col("网关IPv4", "ip_address", ip("10.8", "10.9"), personal=False, grade=1),
        Col("网卡物理地址", "mac_address", mac(), personal=False, grade=1),
        Col("所属镇街代码", "division_code", pick("320902001", "320902002", "320902100", "320902103")),
        Col("道路", "none", pick("中山路", "解放南路", "鲁迅路", "张謇路", "文天祥路", "青年中路"),
            "lookalike"),
        Col("功率W", "none", pick("60", "120", "150", "250")),
        Col("运维单位", "enterprise_name", of("firm")),
        Col("报修热线(24h)", "landline", landline),
        Col("固件", "none", _octets, "lookalike"),
    ), about=firm, rows=40),
    Table("bus_stops", (
        Col("站名", "none", pick(*words.NAMELIKE_STOPS), "lookalike"),
        Col("首末班", "none", pick("06:00-21:30", "05:45-22:00", "06:20-19:00")),
        Col("站台长m", "none", decimal(12, 60)),
        Col("途经区县", "none", pick(*words.NAMELIKE_PLACES), "lookalike"),
        Col("客流(人次/日)", "none", whole(30, 9000)),
        Col("站码12", "none", number(12), "lookalike"),
    ), about=firm, rows=30),
)  # fmt: skip

PETS = (
    Table("宠物病历", (
        Col("宠主", "person_name", of("name")),
        Col("宠主手机", "mobile", _mobile),
        Col("宠名", "none", pick(*words.PETS), "lookalike"),
        Col("宠物生日", "none", moment("%Y-%m-%d", 2012, 2024), "lookalike"),
        Col("宠物诊断", "none", pick("犬细小病毒感染", "猫杯状病毒", "膝关节脱位", "绝育术后", "耳螨",
            "胰腺炎"), "lookalike"),
        Col("用药(宠)", "none", pick("速诺注射液", "拜有利", "头孢维星", "驱虫滴剂"), "lookalike"),
        Col("性别/绝育", "none", pick("公/否", "公/已", "母/已", "母/否"), "lookalike"),
        Col("芯片号15位", "none", number(12, "156"), "lookalike"),
        Col("体重kg", "none", decimal(1.8, 42), "lookalike"),
    ), about=ADULTS, rows=26, persons=True),
    Table("livestock", (
        Col("耳标号", "none", _ear_tag, "lookalike"),
        Col("免疫病种", "none", pick("口蹄疫", "小反刍兽疫", "布鲁氏菌病", "猪瘟"), "lookalike"),
        Col("养殖场", "enterprise_name", lambda r, row,
            i: r.choice(words.COMPANY_BODIES) + r.choice(("养殖有限公司", "牧业有限责任公司",
            "生猪养殖专业合作社"))),
        Col("场址编码", "division_code", of("code")),
        Col("畜主", "person_name", of("name")),
        Col("出栏日龄", "none", whole(90, 240)),
    ), about=firm, rows=24),
)  # fmt: skip

SOURCES = {
    "vehicle_office": TRAFFIC,
    "ride_platform": RIDES,
    "lamp_and_stop_portal": SENSORS,
    "animal_clinic": PETS,
}
