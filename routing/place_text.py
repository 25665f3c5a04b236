"""A place as it is read out: 和平里三号院五号楼二单元502; Peace Court, building 3, flat 502."""

from collections.abc import Mapping

from routing.figures import as_count

_ENGLISH = (("building", "building"), ("unit", "unit"), ("floor", "floor"), ("room", "flat"))


def in_mandarin(told: Mapping[str, str], *, lane: bool) -> str:
    """Facts by name as one spoken address; ``lane``: its number is that of a 弄."""
    building = told.get("building", "")
    yard = bool(building) or "street" not in told
    house = "座" if building.isalpha() else "号" if lane else "号楼"
    parts = (
        told.get("street", ""),
        "" if "street" in told else told.get("estate", ""),
        _counted(told, "number", "弄" if lane else "号院" if yard else "号"),
        told.get("estate", "") if "street" in told else "",
        _counted(told, "building", house),
        _counted(told, "unit", "单元"),
        _counted(told, "floor", "楼"),
        told.get("room", ""),
    )
    return "".join(parts) or told.get("district", "")


def in_english(told: Mapping[str, str]) -> str:
    """The same in English."""
    street = " ".join(told[name] for name in ("number", "street") if name in told)
    inside = [f"{word} {told[kind]}" for kind, word in _ENGLISH if kind in told]
    parts = (told.get("estate", ""), street, *inside)
    return ", ".join(part for part in parts if part) or told.get("district", "")


def _counted(told: Mapping[str, str], kind: str, unit: str) -> str:
    return as_count(told[kind]) + unit if kind in told else ""
