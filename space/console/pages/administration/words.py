"""What roles and the checks of the installation are called, in both languages.

Decides nothing; a code nobody worded is shown as it is.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from policies.access import Role
from policies.access_matrix import roles
from space.console.language import Language

# What each role is given to somebody for: beside its name, where roles are chosen.
DUTIES: Final[Mapping[Role, str]] = {
    Role.PUBLIC: "看公开目录", Role.CUSTOMER: "用运营机构的产品", Role.READER: "查目录、验存证",
    Role.CLIENT: "本单位程序或人员用数", Role.PROVIDER: "对本部门数据负责、供数",
    Role.STEWARD: "管本部门目录和质量，申请并使用数据", Role.DEPARTMENT_HEAD: "签批本部门的编目和申请",
    Role.AUTHORITY: "审核发布、裁定、授权", Role.REGISTRAR: "审核本地区的登记",
    Role.IMPLEMENTING_BODY: "签授权运营协议、定价上限、披露", Role.ANALYST: "按运营机构的授权提问",
    Role.OPERATOR_ADMIN: "运营机构签约、付费、管账", Role.CLERK: "街道、社区填报和领回流",
    Role.AUDITOR: "查约定、使用和付费，看存证", Role.SECURITY: "看告警、停用、处置事件",
    Role.SYSTEM_ADMIN: "管运行、人员和账号，不碰数据", Role.SECURITY_ADMIN: "授角色、停用、换密钥，不碰数据",
    Role.AUDIT_ADMIN: "看日志和存证，不办事",
}  # fmt: skip
# Checks of the installation's own look at itself.
CHECKS: Final[Mapping[str, tuple[str, str]]] = {
    "settings": ("设置", "Settings"), "store": ("数据库", "Store"), "keys": ("密钥", "Keys"),
    "key_age": ("签名密钥的年龄", "Age of the signing key"),
    "secrets": ("挂接用的密钥", "Secrets of links"), "lake": ("数据湖权限", "Lake"),
    "storage": ("对象存储", "Object storage"),
    "disk": ("磁盘空间", "Disk"), "rules": ("规则文件", "Rules"), "calendar": ("工作日历", "Calendar"),
    "clock": ("系统时钟", "Clock"), "releases": ("数据发版", "Releases"),
    "evidence": ("存证日志", "Evidence log"), "log": ("存证公布", "Published log"),
    "copy": ("存证异地副本", "Copy elsewhere"), "backup": ("备份", "Backup"),
    "retention": ("到期清理", "Retention"), "walls": ("查询隔离", "Walls around queries"),
    "queries": ("试查询", "A trial query"), "engine": ("查询引擎", "Engine"), "proxy": ("反向代理", "Proxy"),
    "address": ("对外地址", "Address"), "duty": ("值守", "Duty"), "mail": ("邮件通知", "Mail"),
    "administrators": ("三员", "Administrators"), "jobs": ("后台任务", "Jobs"), "tokens": ("令牌", "Tokens"),
    "anchors": ("账头交存", "Heads kept elsewhere"), "accounts": ("账号", "Accounts"),
    "database": ("数据库", "Database"), "access": ("数据库权限", "Access"),
    "engines": ("查询引擎", "Engines"),
    "places": ("区划地名", "Places"), "second_engine": ("第二引擎", "Second engine"),
}  # fmt: skip


def role_called(say: Language, role: str) -> str:
    """A role by its name.

    >>> role_called(Language.ENGLISH, "steward")
    'Data steward'
    """
    meaning = roles()[Role(role)]
    return say(meaning.zh, meaning.name)


def role_told(say: Language, role: Role) -> str:
    """A role by its name, with what it is given for."""
    meaning = roles()[role]
    return say(f"{meaning.zh}：{DUTIES[role]}", f"{meaning.name}: {meaning.en}")
