"""Where an installation keeps its state: ``YBZ_HOME`` and what is in it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from catalog.settings import reading as settings
from policies.rulebook import lay_over


@dataclass(frozen=True, slots=True)
class Home:
    """An installation folder and the places inside it.

    Attributes:
        root: the folder, absolute.
    """

    root: Path

    @classmethod
    def find(cls) -> Home:
        """The folder ``YBZ_HOME`` names, or ``./var``; its rules join the shipped ones from now on."""
        home = cls(settings.home_folder())
        lay_over(home.rules)
        return home

    @property
    def database_url(self) -> str:
        """SQLAlchemy URL of the store.

        The setting ``YBZ_DATABASE_URL``, else what :attr:`database_file` says, else the embedded SQLite file.
        """
        given = settings.value("YBZ_DATABASE_URL", self.root)
        if not given and self.database_file.is_file():
            given = self.database_file.read_text(encoding="utf-8").strip()
        return given or f"sqlite:///{self.root / 'ybz.db'}"

    @property
    def database_file(self) -> Path:
        """Names the store's URL where it is not the embedded one; mode 0600, as it may hold a password."""
        return self.root / "database.url"

    @property
    def lake(self) -> Path:
        """Delta tables: ``landing staging vault protected ledger backflow``."""
        return self.root / "lake"

    @property
    def keys(self) -> Path:
        """Signing and pseudonym keys, mode 0600."""
        return self.root / "keys"

    @property
    def contracts(self) -> Path:
        """Contracts drafted or registered here, one YAML file a dataset."""
        return self.root / "contracts"

    @property
    def rules(self) -> Path:
        """Rule files of the installation, named like the shipped ones they join, e.g. ``holidays.yaml``."""
        return self.root / "rules"

    def keep_database_url(self, url: str) -> None:
        """Keep the store at ``url`` from now on; what is in the store of before stays there."""
        self.root.mkdir(parents=True, exist_ok=True)
        self.database_file.touch(mode=0o600)
        self.database_file.chmod(0o600)
        self.database_file.write_text(url + "\n", encoding="utf-8")

    def create(self) -> None:
        """Make the folders that are missing; no one but the owner may enter those that hold data or keys."""
        for folder in (self.root, self.lake, self.contracts):
            folder.mkdir(parents=True, exist_ok=True)
        # Engines write their files readable by all: the folder keeps others out.
        self.lake.chmod(0o700)
        self.keys.mkdir(mode=0o700, exist_ok=True)
