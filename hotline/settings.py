"""What the environment says: where data and models live, which database, which time zone."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError


class BadSetting(Exception):
    """A setting cannot be used; the message says which and how to mend it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    home: Path  #: HOTLINE_HOME: everything personal; the database, the recordings, the key
    models: Path  #: HOTLINE_MODELS: recognition models, a cache that may be deleted
    database: str  #: HOTLINE_DATABASE_URL
    zone: ZoneInfo  #: HOTLINE_ZONE: the community's own time, in which hours are promised aloud
    environ: Mapping[str, str]
    public: str = ""  #: HOTLINE_PUBLIC_URL: where the pages are reached from outside, for links
    provider: str = ""  #: HOTLINE_PROVIDER: who places our calls; "" for nobody

    @property
    def recordings(self) -> Path:
        return self.home / "recordings"

    @property
    def voices(self) -> Path:
        """Recordings by people that replace a prepared prompt: voices/ID.wav."""
        return self.home / "voices"

    @property
    def cache(self) -> Path:
        return self.home / "cache"

    @classmethod
    def read(cls, environ: Mapping[str, str] = os.environ) -> "Settings":
        user = Path(environ.get("HOME") or Path.home())
        share = Path(environ.get("XDG_DATA_HOME") or user / ".local" / "share")
        cache = Path(environ.get("XDG_CACHE_HOME") or user / ".cache")
        home = Path(environ.get("HOTLINE_HOME") or share / "hotline").expanduser().absolute()
        models = Path(environ.get("HOTLINE_MODELS") or cache / "hotline" / "models").expanduser()
        zone = environ.get("HOTLINE_ZONE") or "Asia/Shanghai"
        try:
            known = ZoneInfo(zone)
        except (ZoneInfoNotFoundError, ValueError):
            raise BadSetting(f"HOTLINE_ZONE={zone}: no such time zone; try Asia/Shanghai") from None
        return cls(
            home=home,
            models=models.absolute(),
            database=environ.get("HOTLINE_DATABASE_URL") or f"sqlite:///{home / 'hotline.db'}",
            zone=known,
            environ=environ,
            public=_public(environ.get("HOTLINE_PUBLIC_URL", "")),
            provider=environ.get("HOTLINE_PROVIDER", ""),
        )


def _public(url: str) -> str:
    if url and not url.startswith(("https://", "http://")):
        raise BadSetting(f"HOTLINE_PUBLIC_URL={url}: write it like https://hotline.example.org")
    return url.rstrip("/")
