"""Value expressions of a mapping: a text with {names}, or a small table that says where a value comes from.

A name in braces is a column, unless the mapping gave it (`let`) or every table has it (`file`, `sheet`,
`line`). A row is a dict of texts: by folded column name, or by the given name behind GIVEN.
"""

import datetime as dt
import difflib
import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from mobilis_graph.errors import InputError
from mobilis_graph.ingest import values
from mobilis_graph.ingest.values import BadValue
from mobilis_graph.keys import fold

GIVEN = "\0"  # no header holds a NUL: a given name is never mistaken for a column
CUTS = {"day": 10, "month": 7, "year": 4}
_KEYS = ("column", "text", "file", "map", "split", "date", "cut", "default")
_BRACES = re.compile(r"\{\{|\}\}|\{([^{}]*)\}|[{}]")
_DIRECTIVES = re.compile(r"%(.?)")

Row = Mapping[str, str]


def fault(where: str, reason: str, remedy: str) -> InputError:
    """What is wrong with a mapping: where, why, what to do."""
    return InputError(f"{where}: {reason}; {remedy}")


def nearest(name: str, known: Collection[str]) -> str:
    """Which of the known names was probably meant, else all of them."""
    close = difflib.get_close_matches(name, sorted(known), 1)
    return f"did you mean {close[0]}?" if close else f"known are {', '.join(known)}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Expr:
    """Where one value of a row comes from, and what is done to it: split, then map, then date, then cut."""

    where: str  # its place in the mapping, for messages
    literals: tuple[str, ...]  # one more than there are keys: they stand around them
    keys: tuple[str, ...] = ()
    columns: tuple[str, ...] = ()  # as the mapping spells them
    pattern: re.Pattern[str] | None = None  # on the name of the file
    map: Mapping[str, str] | None = None
    split: str = ""
    formats: tuple[tuple[str, int], ...] = ()  # with the length of ISO text each one yields
    cut: str = ""
    default: str = ""

    @property
    def label(self) -> str:
        """The columns to correct when a value cannot be taken."""
        return ", ".join(self.columns)

    @property
    def column_keys(self) -> list[str]:
        """The columns as the rows name them."""
        return [k for k in self.keys if not k.startswith(GIVEN)]

    @property
    def given(self) -> list[str]:
        """The names, not columns, that it uses."""
        return [k.removeprefix(GIVEN) for k in self.keys if k.startswith(GIVEN)]

    def constants(self) -> list[str]:
        """Every value that stands in the mapping itself, and so can be checked without a row."""
        own = [] if self.keys or self.pattern else [self.literals[0]]
        return [text for text in (*own, *(self.map or {}).values(), self.default) if text]

    def source(self, row: Row, *, whole: bool = False) -> str:
        """The text before anything is done to it; blank when its columns are (`whole`: when one of them is)."""
        if self.pattern:
            found = self.pattern.search(row[GIVEN + "file"])
            return (found[1] if found.re.groups else found[0]) or "" if found else ""
        if not self.keys:
            return self.literals[0]
        texts = [row[key] for key in self.keys]
        if not any(texts) or (whole and not all(texts)):
            return ""
        return "".join(a + b for a, b in zip(self.literals, (*texts, ""), strict=True)).strip()

    def text(self, row: Row, *, whole: bool = False) -> str:
        """The one value of a row, "" where there is none; raise BadValue when it cannot be made."""
        return self._made(self.source(row, whole=whole))

    def several(self, row: Row) -> list[str]:
        """The values of a list in one cell, each once."""
        source = self.source(row, whole=True)
        pieces = [p.strip() for p in (source.split(self.split) if self.split else [source])]
        made = [self._made(p) for p in pieces if p] or [self._made("")]
        return list(dict.fromkeys(m for m in made if m))

    def _made(self, text: str) -> str:
        if self.map is not None:
            found = self.map.get(fold(text))
            if found is None and text and not self.default:
                raise BadValue("the mapping has no entry for this value", "add it to the map, or give a default")
            text = found or "" if found is not None else self.default
        if not text:
            return self.default
        if self.formats and text != self.default:
            text = _day(text, self.formats)
        return _cut(text, self.cut) if self.cut else text


def _day(text: str, formats: tuple[tuple[str, int], ...]) -> str:
    """ISO text, as precise as the format that fits."""
    for form, length in formats:
        try:
            return dt.datetime.strptime(text, form).replace(tzinfo=dt.UTC).isoformat()[:length]
        except ValueError:
            continue
    said = " or ".join(form for form, _ in formats)
    raise BadValue(f"this is not a date written as {said}", "correct the date, or add its format to the mapping")


def _cut(text: str, cut: str) -> str:
    """The day, month or year of a date."""
    try:
        return values.moment(text)[: CUTS[cut]]
    except BadValue:
        first, _, precision = values.span(text)
    if CUTS[cut] > CUTS[precision]:
        raise BadValue(f"the {cut} is not known", f"only the {precision} is said; leave it empty")
    return first[: CUTS[cut]]


def read(value: Any, where: str, given: Collection[str], *, many: bool = False, timed: bool = True) -> Expr:
    """Read one expression of a mapping; only where `many` values fit may it split.

    A date that may not be `timed` loses its time of day.
    """
    if isinstance(value, str):
        return _template(value, where, given)
    if isinstance(value, bool) or not isinstance(value, dict | int | float | dt.date):
        raise fault(where, "this is not a value", 'write a text such as "P{id}", or { column = "id" }')
    if not isinstance(value, dict):
        return Expr(where=where, literals=(str(value),))
    for key in value:
        if key not in _KEYS:
            raise fault(f"{where}.{key}", "no such key", nearest(key, _KEYS))
    if "split" in value and not many:
        raise fault(f"{where}.split", "only one value fits here", "split in `each`, which repeats the node or the link")
    base = _base(value, where, given)
    return Expr(
        where=where,
        literals=base.literals,
        keys=base.keys,
        columns=base.columns,
        pattern=base.pattern,
        map=_map(value["map"], f"{where}.map") if "map" in value else None,
        split=_said(value, "split", where),
        formats=_formats(value.get("date", []), f"{where}.date", timed=timed),
        cut=_known_cut(_said(value, "cut", where), f"{where}.cut"),
        default=_said(value, "default", where).strip(),
    )


def _base(value: dict[str, Any], where: str, given: Collection[str]) -> Expr:
    """The source of a value in its long form: a column, a text, or a part of the file's name."""
    named = [key for key in ("column", "text", "file") if key in value]
    if len(named) != 1:
        raise fault(where, f"{len(named)} sources", "give one of column, text and file")
    said = _said(value, named[0], where)
    if not said.strip():
        raise fault(f"{where}.{named[0]}", "this is empty", "name the source of the value")
    if named == ["column"]:
        return Expr(where=where, literals=("", ""), keys=(fold(said),), columns=(said,))
    if named == ["text"]:
        return _template(said, f"{where}.text", given)
    try:
        return Expr(where=where, literals=("",), pattern=re.compile(said))
    except (re.error, OverflowError, RecursionError) as exc:
        raise fault(f"{where}.file", f"not a regular expression ({exc})", r"write it as 'phase(\d+)'") from exc


def _template(text: str, where: str, given: Collection[str]) -> Expr:
    if GIVEN in text:
        raise fault(where, "a NUL character", "remove it")
    literals, keys, columns = [""], [], []
    last = 0
    for found in _BRACES.finditer(text):
        literals[-1] += text[last : found.start()]
        last = found.end()
        if found[0] in ("{{", "}}"):
            literals[-1] += found[0][0]
            continue
        name = (found[1] or "").strip()
        if not name:
            reason = f"a brace without a name at character {found.start() + 1}"
            raise fault(where, reason, "write {column}, or {{ for a brace")
        if name not in given:
            columns.append(name)
        keys.append(GIVEN + name if name in given else fold(name))
        literals.append("")
    literals[-1] += text[last:]
    if not keys:
        literals = [literals[0].strip()]
    return Expr(where=where, literals=tuple(literals), keys=tuple(keys), columns=tuple(columns))


def _said(value: dict[str, Any], key: str, where: str) -> str:
    said = value.get(key, "")
    if isinstance(said, bool) or not isinstance(said, str | int | float | dt.date):
        raise fault(f"{where}.{key}", "this is not a text", "put it in quotes")
    if GIVEN in str(said):
        raise fault(f"{where}.{key}", "a NUL character", "remove it")
    return str(said)


def _map(value: Any, where: str) -> dict[str, str]:
    if not isinstance(value, dict) or not value:
        raise fault(where, "this is not a map", 'write { "V" = "victim", "T" = "witness" }')
    found: dict[str, str] = {}
    for key in value:
        if fold(key) in found:
            raise fault(f"{where}.{key}", "stands twice, but for capitals and accents", "remove one")
        found[fold(key)] = _said(value, key, where).strip()
    return found


def _formats(value: Any, where: str, *, timed: bool) -> tuple[tuple[str, int], ...]:
    said = [value] if isinstance(value, str) else value
    if not isinstance(said, list) or not all(isinstance(form, str) for form in said):
        raise fault(where, "this is not a date format", 'write "%d.%m.%Y", or a list of such')
    found = []
    for form in said:
        used = set(_DIRECTIVES.findall(form))
        if unknown := used - set("dmyYHMS%"):
            raise fault(where, f"%{min(unknown)} in a date format", "known are %d %m %y %Y %H %M %S")
        if not used & {"y", "Y"} or ("d" in used and "m" not in used) or ("H" in used and "d" not in used):
            reason = f"{form!r} does not say a day, a month or a year"
            raise fault(where, reason, 'write it as "%d.%m.%Y", "%m/%Y" or "%Y"')
        length = 16 if "H" in used and timed else 10 if "d" in used else 7 if "m" in used else 4
        found.append((form, length))
    return tuple(found)


def _known_cut(said: str, where: str) -> str:
    if said and said not in CUTS:
        raise fault(where, f"{said!r} is no part of a date", f"use one of {', '.join(CUTS)}")
    return said
