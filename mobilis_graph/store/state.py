"""What day it is, and whether the data is fictional."""

import datetime as dt
from dataclasses import dataclass
from typing import Any

from mobilis_graph.db import Db
from mobilis_graph.desk import Desk


@dataclass(frozen=True, slots=True)
class Meta:
    """The state of an installation; `version` grows with every load, for caches."""

    today: str
    title_fr: str
    title_en: str
    fictional: bool
    version: int
    sample: str = ""  # a digest of the fictional data that `mobilis demo` loaded


def meta(desk: Desk) -> Meta:
    """The state of the installation behind this desk; nothing of the network, so it is not logged."""
    return state(desk.db)


def state(db: Db) -> Meta:
    """The state written by the last load; a demo fixes its own today."""
    rows = db.read("load/state")
    told: dict[str, Any] = rows[0]["state"] if rows else {}
    return Meta(
        today=told.get("today") or dt.date.today().isoformat(),  # noqa: DTZ011 - the day where the user sits
        title_fr=told.get("titleFr", ""),
        title_en=told.get("titleEn", ""),
        fictional=bool(told.get("fictional", False)),
        version=int(told.get("version", 0)),
        sample=told.get("sample", ""),
    )


def holds_tips(db: Db) -> bool:
    """Whether any tip was ever loaded here."""
    return bool(db.read("load/any_tip"))


def move_on(db: Db, told: dict[str, Any]) -> None:
    """Write down what a load fixes: its today, never an earlier one, and the titles of a demo."""
    now = state(db)
    props: dict[str, Any] = {}
    if told:
        props = {
            "today": max(told["today"], now.today) if now.fictional else told["today"],
            "titleFr": str(told.get("title_fr", "")),
            "titleEn": str(told.get("title_en", "")),
            "fictional": bool(told.get("fictional", False)),
        }
    db.write("load/set_state", props=props)


def note_sample(db: Db, digest: str) -> None:
    """Write down which fictional data was loaded, so that it is not read again."""
    db.write("load/set_state", props={"sample": digest})
