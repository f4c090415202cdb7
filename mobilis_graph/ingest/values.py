"""One cell at a time: text as people write it, into the value the model wants, or a reason why not."""

import datetime as dt
import re
from collections.abc import Callable
from functools import lru_cache
from typing import Any

from mobilis_graph.keys import fold
from mobilis_graph.schema import Prop

MAX_TEXT = 20_000  # characters of a text
MAX_NAME = 1_000  # characters of what is searched or referred to: index entries have a size limit
_MAX_DATE = 60  # the patterns below are for short texts: on a long one they would take hours
_MAX_CHOICE = 200
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]")
_SHEET_ERRORS = frozenset({"#NULL!", "#DIV/0!", "#VALUE!", "#REF!", "#NAME?", "#NUM!", "#N/A"})


class BadValue(ValueError):
    """A cell that cannot be taken: `reason` says why, `remedy` what to do."""

    def __init__(self, reason: str, remedy: str) -> None:
        super().__init__(reason)
        self.reason, self.remedy = reason, remedy


Span = tuple[str, str, str]  # first day, last day, precision

_ISO = re.compile(r"(\d{4})(?:-(\d{1,2})(?:-(\d{1,2}))?)?")
_SLASHED = re.compile(r"(\d{1,2})[/.-](\d{1,2})[/.-](\d{4})")
_WORDED = re.compile(r"(?:(?:le )?(\d{1,2})(?:er)? )?([a-z]+)\.? (\d{4})")
_WORDED_EN = re.compile(r"([a-z]+)\.? (\d{1,2})(?:st|nd|rd|th)?,? (\d{4})")
_TIMED = re.compile(
    r"(.+?)[t, ]+(?:a |vers |at )?(\d{1,2})\s?[:h]\s?(\d{2})?(?::\d{2}(?:\.\d+)?)?(?:z|[+-]\d{2}:?\d{2})?"
)
_MONTHS = {
    name: number
    for number, names in enumerate(
        (
            "janvier january janv jan",
            "fevrier february fevr feb",
            "mars march mar",
            "avril april avr apr",
            "mai may",
            "juin june jun",
            "juillet july juil jul",
            "aout august aug",
            "septembre september sept sep",
            "octobre october oct",
            "novembre november nov",
            "decembre december dec",
        ),
        1,
    )
    for name in names.split()
}
_DATE_REMEDY = "write it as 2026-05-03, 2026-05, 2026, 03/05/2026 (day first) or 3 mai 2026"


@lru_cache(maxsize=65536)
def span(text: str) -> Span:
    """Read a day, a month or a year; return its first and last day and its precision.

    >>> span("mai 2026")
    ('2026-05-01', '2026-05-31', 'month')
    """
    year, month, day = _parts(_short(text))
    try:
        if month is None:
            return f"{year:04d}-01-01", f"{year:04d}-12-31", "year"
        if day is None:
            first = dt.date(year, month, 1)
            after = dt.date(year + month // 12, month % 12 + 1, 1)
            return first.isoformat(), (after - dt.timedelta(days=1)).isoformat(), "month"
        exact = dt.date(year, month, day).isoformat()
    except ValueError as exc:
        raise BadValue("there is no such date", _DATE_REMEDY) from exc
    return exact, exact, "day"


def _short(text: str) -> str:
    """A date text, folded; raise BadValue when it is far too long for one."""
    if len(text) > _MAX_DATE:
        raise BadValue("this is not a date", _DATE_REMEDY)
    return fold(text)


def _parts(plain: str) -> tuple[int, int | None, int | None]:
    """Year, month and day of a folded date text; raise BadValue when it is none."""
    if m := _ISO.fullmatch(plain):
        year, month, day = (int(g) if g else None for g in m.groups())
    elif m := _SLASHED.fullmatch(plain):
        day, month, year = (int(g) for g in m.groups())
    elif (m := _WORDED.fullmatch(plain)) and m[2] in _MONTHS:
        day, month, year = int(m[1]) if m[1] else None, _MONTHS[m[2]], int(m[3])
    elif (m := _WORDED_EN.fullmatch(plain)) and m[1] in _MONTHS:
        month, day, year = _MONTHS[m[1]], int(m[2]), int(m[3])
    else:
        raise BadValue("this is not a date", _DATE_REMEDY)
    if year is None or not 1900 <= year <= 2100:
        raise BadValue("the year is outside 1900–2100", _DATE_REMEDY)
    return year, month, day


@lru_cache(maxsize=65536)
def moment(text: str) -> str:
    """Read a date, with or without a time; return ISO text to the minute, or to the day."""
    if m := _TIMED.fullmatch(_short(text)):
        first, last, _ = span(m[1])
        hour, minute = int(m[2]), int(m[3] or 0)
        if first == last and hour < 24 and minute < 60:
            return f"{first}T{hour:02d}:{minute:02d}"
        raise BadValue("there is no such time", "write it as 2026-05-03 21:30")
    first, last, _ = span(text)
    if first != last:
        raise BadValue("a day is needed here, not a month or a year", "write it as 2026-05-03 or 2026-05-03 21:30")
    return first


def _integer(text: str) -> int:
    plain = text.replace("\u202f", "").replace("\u00a0", "").replace(" ", "")
    if not re.fullmatch(r"[+-]?\d{1,9}(?:[.,]0+)?", plain) or re.search(r"[.,]000$", plain):  # 1,000: one, or 1000?
        raise BadValue("this is not a whole number", "write digits only")
    return int(re.split(r"[.,]", plain)[0])


def _number(text: str) -> float:
    plain = text.replace("\u202f", "").replace("\u00a0", "").replace(" ", "").replace(",", ".")
    if not re.fullmatch(r"[+-]?\d{1,12}(?:\.\d+)?", plain):
        raise BadValue("this is not a number", "write it as 45,5017 or 45.5017")
    return float(plain)


def plain(text: str, limit: int = MAX_TEXT) -> str:
    """A text as it is, within the limits of the store; what would act on a screen unseen is refused."""
    if len(text) > limit:
        raise BadValue(f"longer than {limit} characters", "shorten it")
    if _CONTROL.search(text):
        raise BadValue("a control character, which cannot be seen", "remove it, or export the table again")
    if text in _SHEET_ERRORS:
        raise BadValue("a spreadsheet left an error here, not a value", "correct the formula in the spreadsheet")
    return text


def parse(prop: Prop, text: str) -> Any:
    """Read one filled cell of one property; raise BadValue when it cannot be taken."""
    if prop.kind == "choice":
        return choice(prop, text)
    if prop.kind == "list":
        return [plain(part.strip(), MAX_NAME) for part in text.split("|") if part.strip()]
    if prop.kind == "text" and prop.search:
        return plain(text, MAX_NAME)
    return _READERS[prop.kind](text)


@lru_cache(maxsize=16384)
def choice(prop: Prop, text: str) -> str:
    """The value of a choice, said as the value itself or in either language."""
    said = fold(text) if len(text) <= _MAX_CHOICE else None
    for entry in prop.choices:
        if said in (fold(entry.value), fold(entry.label.fr), fold(entry.label.en)):
            return entry.value
    known = ", ".join(entry.value for entry in prop.choices)
    raise BadValue(f"this is not a known value of {prop.name}", f"use one of: {known}")


def _day(text: str) -> str:
    first, last, _ = span(text)
    if first != last:
        raise BadValue("a day is needed here, not a month or a year", "write it as 2026-05-03")
    return first


_READERS: dict[str, Callable[[str], Any]] = {
    "text": plain,
    "integer": _integer,
    "number": _number,
    "date": _day,
    "datetime": moment,
}
