"""The visible mark 可见标识 of a supply: what stands on it for whoever holds it in their hands.

Decides the words and that they are the same in every form: a line above a CSV file, a sheet and the foot of
every printed page of a workbook, the metadata of a Parquet file, the comment of a table. No value of the data
is among them.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from policies.clocks import ZONE


@dataclass(frozen=True, slots=True)
class Label:
    """What a supply says of itself.

    Attributes:
        supply, grant: their ids.
        receiver, receiver_name: code and name of the organisation.
        purpose: code of the purpose.
        dataset, title: name and title.
        release: number of the release.
        made_at: aware instant.
        columns: name, title and whether it is masked, in order.
    """

    supply: str
    grant: str
    receiver: str
    receiver_name: str
    purpose: str
    dataset: str
    title: str
    release: int
    made_at: datetime
    columns: tuple[tuple[str, str, bool], ...]

    @property
    def time(self) -> str:
        """When it was made, in the time of the city."""
        return f"{self.made_at.astimezone(ZONE):%Y-%m-%d %H:%M}"

    @property
    def line(self) -> str:
        """In one line."""
        return (
            f"# 供数 {self.supply} · 授权 {self.grant} · 接收 {self.receiver_name} ({self.receiver})"
            f" · {self.time} · 仅限用途 {self.purpose}，不得转予他人"
        )

    @property
    def pairs(self) -> tuple[tuple[str, str], ...]:
        """Name and value, one below the other."""
        masked = ", ".join(title for _, title, hidden in self.columns if hidden) or "—"
        return (
            ("供数", self.supply),
            ("授权", self.grant),
            ("接收方", f"{self.receiver_name} ({self.receiver})"),
            ("用途", self.purpose),
            ("数据", f"{self.title} ({self.dataset})"),
            ("发布版本", str(self.release)),
            ("时间", self.time),
            ("掩码的数据项", masked),
            ("数据项", "; ".join(f"{name} {title}" for name, title, _ in self.columns)),
            ("责任", "谁使用谁负责；仅限授权用途，不得转予他人；期满或授权终止后删除并告知"),
        )
