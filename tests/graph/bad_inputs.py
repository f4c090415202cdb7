"""What must be refused, as a table: for each case the files it is made of, and what its message must say.

Each case is loaded together with the good tables of `GOOD`; tip T9 is there for the case to use.
"""

import csv
import io
import zipfile
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import openpyxl

from mobilis_graph.schema import ASSERTION_PROPS, NODE, NODES, RELS, NodeType, RelType

Content = str | bytes | Callable[[Path], object]
Row = dict[str, str]
MASK = "•••"

TIP = {
    "reference": "T9",
    "receivedOn": "2026-06-01",
    "organisation": "CJM",
    "sourceGrade": "B",
    "contentGrade": "2",
    "origin": "o-9",
    "state": "triaged",
}

# Two refs of each type, for both ends of anything.
REFS = {
    "Person": ("p1", "p2"),
    "YoungPerson": ("J-4K7M2", "J-9Q2XW"),
    "Gang": ("g1", "g2"),
    "Vehicle": ("v1", "v2"),
    "Place": ("l1", "l2"),
    "Identifier": ("i1", "i2"),
    "Event": ("e1", "e2"),
    "RawText": ("raw:T1", "raw:T3"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Bad:
    """One bad input. `says` stands in one message, all of it; `hides` stands in none, nor in a file or a log."""

    id: str
    files: Mapping[str, Content]
    says: tuple[str, ...]
    hides: tuple[str, ...] = ()
    stops: bool = False  # the load stops at once; else a row is refused and its tip held
    only: bool = False  # loaded without the good tables
    load: str = ""  # the path to load inside the case's folder, "" for the folder
    mapping: str = ""  # the mapping to load it by


def table(*rows: Row) -> str:
    """Rows as a CSV."""
    out = io.StringIO()
    names = list(dict.fromkeys(name for row in rows for name in row))
    writer = csv.DictWriter(out, names, restval="", lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue()


def tip(reference: str, **changes: str) -> Row:
    """A good tip, but for the changes."""
    return TIP | {"reference": reference, "origin": f"o-{reference}"} | changes


def _good() -> dict[str, str]:
    young = [
        {"tip": "T1", "token": "J-4K7M2", "ageBand": "14-15", "consent": "accepts"},
        {"tip": "T2", "token": "J-9Q2XW", "ageBand": "", "consent": "refuses"},
    ]
    places = [
        {"ref": "l1", "address": "12 rue Oka", "placeClass": "private", "name": ""},
        {"ref": "l2", "address": "14 rue Oka", "placeClass": "lodging", "name": ""},
        {"ref": "l3", "address": "1 place Iris", "placeClass": "institution", "name": ""},
        {"ref": "l4", "address": "2 place Iris", "placeClass": "protected", "name": ""},
        {"ref": "l5", "address": "", "placeClass": "", "name": "Chez Quo"},
    ]
    return {
        "tips.csv": table(tip("T1"), tip("T2", receivedOn="2026-05-04"), tip("T3", receivedOn="2026-05-05")),
        "persons.csv": table(
            *({"tip": "T1", "ref": r, "name": n} for r, n in (("p1", "Guy Ouaz"), ("p2", "Rose Iquart")))
        ),
        "young_persons.csv": table(*young),
        "gangs.csv": table(
            *({"tip": "T1", "ref": r, "name": n} for r, n in (("g1", "Les Quais"), ("g2", "Les Îlots")))
        ),
        "vehicles.csv": table(
            *({"tip": "T1", "ref": r, "plate": n, "jurisdiction": "QC"} for r, n in (("v1", "QIO 1"), ("v2", "QIO 2")))
        ),
        "places.csv": table(*({"tip": "T1"} | p for p in places)),
        "identifiers.csv": table(
            *({"tip": "T1", "ref": r, "kind": "phone", "value": f"450 555-010{r[1]}"} for r in ("i1", "i2"))
        ),
        "events.csv": table(*({"tip": "T1", "ref": r, "kind": "party"} for r in ("e1", "e2"))),
        "raw_texts.csv": table(*({"tip": t, "text": "mots reçus"} for t in ("T1", "T3"))),
        "recruits.csv": table({"tip": "T2", "from": "p1", "to": "J-9Q2XW", "since": "2026-05-01"}),
        "associates_with.csv": table({"tip": "T3", "from": "p1", "to": "p2", "since": "2026-05-01"}),
        "mobilis.toml": 'source = "bad"\n',
    }


GOOD = _good()

# A good row of each table, under T9: a case changes one cell of it.
ROWS: dict[str, Row] = {
    "tips": TIP,
    "persons": {"tip": "T9", "ref": "p9", "name": "Kim Quo"},
    "young_persons": {"tip": "T9", "token": "J-7C3VB", "consent": "accepts"},
    "gangs": {"tip": "T9", "ref": "g9", "name": "Les Ormes"},
    "vehicles": {"tip": "T9", "ref": "v9", "plate": "QIO 9", "jurisdiction": "QC"},
    "places": {"tip": "T9", "ref": "l9", "name": "Chez Uqo"},
    "identifiers": {"tip": "T9", "ref": "i9", "kind": "phone", "value": "450 555-0109"},
    "events": {"tip": "T9", "ref": "e9", "kind": "party"},
    "raw_texts": {"tip": "T9", "text": "mots"},
    **{r.table: {"tip": "T9", "from": REFS[r.ends[0][0]][0], "to": REFS[r.ends[0][1]][1]} for r in RELS},
}
ROWS["neutral_to"]["role"] = "family"


def row(
    id: str,
    name: str,
    /,
    *says: str,
    hides: tuple[str, ...] = (),
    also: Mapping[str, Content] | None = None,
    **cells: str,
) -> Bad:
    """One changed row of one table: refused, with its line."""
    cell = ROWS[name] | cells
    files: dict[str, Content] = {f"{name}.csv": table(cell)}
    if cell.get("tip") == "T9":
        files["tips.csv"] = table(TIP)
    return Bad(id=id, files=files | dict(also or {}), says=(f"{name}.csv, line 2", *says), hides=hides)


def stop(
    id: str, files: Mapping[str, Content], *says: str, hides: tuple[str, ...] = (), only: bool = False, load: str = ""
) -> Bad:
    """Files that stop the load at once."""
    return Bad(id=id, files=files, says=says, hides=hides, stops=True, only=only, load=load)


# --- from the model: every column that can be wrong ---------------------------------------------------------------


def _choices() -> Iterator[Bad]:
    for kind in (*NODES, *RELS):
        for prop in kind.props:
            if prop.kind == "choice":
                says = ("this is not a known value of " + prop.name, "Use one of: " + prop.choices[0].value)
                young = kind.table == "young_persons" or any(
                    "YoungPerson" in pair for pair in getattr(kind, "ends", ())
                )
                shown = (MASK,) if young else ("zzz",)
                hidden = ("zzz",) if young else ()
                yield row(
                    f"{kind.table}-{prop.name}-unknown",
                    kind.table,
                    prop.name,
                    *says,
                    *shown,
                    hides=hidden,
                    **{prop.name: "zzz"},
                )
    for prop in ASSERTION_PROPS:
        if prop.kind == "choice":
            says = ("not a known value of " + prop.name, prop.choices[-1].value)
            yield row(f"uses-{prop.name}-unknown", "uses", *says, **{prop.name: "zzz"})


def _required() -> Iterator[Bad]:
    for kind in (*NODES, *RELS):
        names = [p.name for p in kind.props if p.required]
        names += ["from", "to"] if isinstance(kind, RelType) else []
        names += ["ref"] if isinstance(kind, NodeType) and "ref" in ROWS[kind.table] else []
        names += ["tip"] if kind.table != "tips" else []
        some = isinstance(kind, NodeType) or kind.table in ("uses", "neutral_to")
        for name in names if some else ():
            yield row(f"{kind.table}-{name}-empty", kind.table, f"{name} is empty", "Fill it in", **{name: ""})
            header = ",".join(n for n in ROWS[kind.table] if n != name)
            files = {f"{kind.table}.csv": header + "\n"}
            yield stop(
                f"{kind.table}-{name}-missing",
                files,
                f"{kind.table}.csv, line 1",
                f"column {name} is missing",
                "add it",
            )


DATES = {
    "word": ("hier", "this is not a date"),
    "month-13": ("2026-13", "there is no such date"),
    "month-0": ("2026-00-10", "there is no such date"),
    "feb-30": ("2026-02-30", "there is no such date"),
    "not-leap": ("29/02/2025", "there is no such date"),
    "apr-31-slashed": ("31/04/2026", "there is no such date"),
    "month-first": ("12/25/2025", "there is no such date"),
    "may-32-french": ("32 mai 2026", "there is no such date"),
    "zeros": ("0000-00-00", "the year is outside 1900–2100"),
    "year-1899": ("1899", "the year is outside 1900–2100"),
    "year-2101": ("2101-01-01", "the year is outside 1900–2100"),
    "short-year": ("03/05/26", "this is not a date"),
    "slashed-iso": ("2026/05/03", "this is not a date"),
    "half": ("2026-05-", "this is not a date"),
    "month-alone": ("mai", "this is not a date"),
    "no-month": ("3 brumaire 2026", "this is not a date"),
    "serial": ("45000", "this is not a date"),
    "timed": ("2026-05-03 21:30", "this is not a date"),
    "range": ("2026-05-03/2026-05-05", "this is not a date"),
    "formula": ("=TODAY()", "this is not a date"),
    "excel-error": ("#VALUE!", "this is not a date"),
    "negative": ("-2026-05-03", "this is not a date"),
    "full-width": ("２０２６-１３-０１", "there is no such date"),
    "unknown": ("n/a", "this is not a date"),
    "long": ("T" * 100_000, "this is not a date"),
}
MOMENTS = {
    "hour-25": ("2026-05-03 25:00", "there is no such time"),
    "minute-75": ("2026-05-03 21:75", "there is no such time"),
    "month-timed": ("2026-05 21:30", "there is no such time"),
    "month": ("2026-05", "a day is needed here"),
    "year": ("2026", "a day is needed here"),
    "time-alone": ("21:30", "this is not a date"),
    "feb-30-timed": ("2026-02-30 21:30", "there is no such date"),
    "long": ("2026-05-03" + " " * 100_000 + "x", "this is not a date"),
}


def _dates() -> Iterator[Bad]:
    for name, (text, why) in DATES.items():
        yield row(f"since-{name}", "uses", "since", why, "Write it as 2026-05-03", since=text)
    for name, (text, why) in MOMENTS.items():
        yield row(f"startedAt-{name}", "events", "startedAt", why, "Write it as 2026-05-03", startedAt=text)
    for column in ("receivedOn", "heardOn", "reviewOn"):
        yield row(
            f"{column}-month",
            "tips",
            column,
            "a day is needed here, not a month or a year",
            "2026-05",
            **{column: "2026-05"},
        )
        yield row(f"{column}-broken", "tips", column, "there is no such date", **{column: "2026-02-30"})
    yield row(
        "receivedOn-tomorrow", "tips", "received after today (2026-11-02)", "Correct the date", receivedOn="2026-11-03"
    )
    yield row(
        "heardOn-after", "tips", "heard after it was received", "Correct one of the two dates", heardOn="2026-06-02"
    )
    yield row("until-broken", "uses", "until", "there is no such date", until="2026-02-30")
    yield row(
        "until-before-since",
        "uses",
        "until",
        "it ends before it begins",
        "Exchange",
        since="2026-05-03",
        until="2026-05-02",
    )
    yield row("until-month-before", "uses", "it ends before it begins", since="2026-05-03", until="2026-04")
    yield row(
        "event-ends-before",
        "events",
        "endedAt",
        "it ends before it begins",
        startedAt="2026-05-03",
        endedAt="2026-05-02",
    )
    yield row(
        "event-ends-same-day",
        "events",
        "it ends before it begins",
        startedAt="2026-05-03 22:00",
        endedAt="2026-05-03 21:00",
    )
    yield row("consentOn-month", "young_persons", "a day is needed", MASK, hides=("2025-07",), consentOn="2025-07")
    yield row("mention-since-broken", "persons", "since", "this is not a date", since="jadis")


def _numbers() -> Iterator[Bad]:
    for name, text in {
        "word": "twelve",
        "half": "1,5",
        "hex": "0x10",
        "exponent": "1e3",
        "huge": "9" * 30,
        "thousand": "1,000",
    }.items():
        yield row(f"times-{name}", "uses", "times", "this is not a whole number", "Write digits only", times=text)
    for text in ("0", "-1"):
        yield row(
            f"times-{text}", "uses", "an assertion is made once or more", "Leave it empty, or write 1", times=text
        )
    for column, text, why in (
        ("lat", "north", "this is not a number"),
        ("lat", "45°30'", "this is not a number"),
        ("lat", "nan", "this is not a number"),
        ("lon", "1,234.5", "this is not a number"),
        ("lat", "90,1", "outside -90 to 90"),
        ("lon", "-180,1", "outside -180 to 180"),
    ):
        yield row(f"{column}-{text}", "places", column, why, **{column: text})
    yield row("ageMin-9", "persons", "an age outside 10 to 120", ageMin="9")
    yield row("ageMax-200", "persons", "an age outside 10 to 120", ageMax="200")
    yield row(
        "age-crossed", "persons", "the minimum age is above the maximum", "Exchange them", ageMin="40", ageMax="30"
    )
    yield row("birthYear-old", "persons", "a birth year that gives no living person's age", birthYear="1890")
    yield row("birthYear-future", "persons", "a birth year that gives no living person's age", birthYear="2030")
    yield row("birthYear-word", "persons", "this is not a whole number", birthYear="né en 1990")
    yield row("vehicle-year", "vehicles", "year = '20155'", "outside 1900 to 2100", "Correct the year", year="20155")


def _texts() -> Iterator[Bad]:
    yield row("name-too-long", "persons", "longer than 1000 characters", "Shorten it", name="n" * 1001)
    yield row("alias-too-long", "persons", "longer than 1000 characters", aliases="Zed|" + "n" * 1001)
    yield row("reference-too-long", "tips", "longer than 1000 characters", reference="T" * 1001)
    yield row("ref-too-long", "persons", "longer than 1000 characters", "Shorten it", ref="p" * 1001)
    yield row("text-too-long", "tips", "longer than 20000 characters", "Shorten it", text="m " * 15_000)
    yield row("note-too-long", "uses", "longer than 20000 characters", note="m" * 20_001)
    yield row(
        "raw-too-long", "raw_texts", "longer than 20000 characters", MASK, hides=("Aurélie",), text="Aurélie " * 5_000
    )
    yield row("name-escape", "persons", "a control character", "Remove it", name="Kim \x1b[31mQuo")
    yield row("name-backspace", "persons", "a control character", name="Kim\x08Quo")
    yield row("name-c1", "persons", "a control character", name="Kim\x9bQuo")
    yield row("alias-control", "persons", "a control character", aliases="Zed|\x07Zedou")
    yield row("ref-control", "persons", "a control character", ref="p\x1f9")
    yield row("ref-separator", "persons", "a control character", ref="bad\x1fp1")
    yield row(
        "name-excel-error", "persons", "#REF!", "a spreadsheet left an error here", "Correct the formula", name="#REF!"
    )
    yield row("alias-excel-error", "persons", "a spreadsheet left an error here", aliases="Zed|#NAME?")
    yield row("plate-excel-error", "vehicles", "a spreadsheet left an error here", plate="#N/A")
    yield row("alleges-unknown", "persons", "not an alleged relationship", "Use some of: RECRUITS", alleges="LOVES")
    yield row("alleges-not-alleged", "persons", "not an alleged relationship", alleges="RECRUITS|USES")
    yield row("choice-too-long", "events", "this is not a known value of kind", kind="k" * 100_000)


# --- what would name a girl ---------------------------------------------------------------------------------------

TOKENS = {
    "name": "Aurélie",
    "spelt": "J-MARIE",
    "no-digit": "J-KVNTHM",
    "vowel": "J-4A7M2",
    "one-and-zero": "J-1K0M",
    "short": "J-4K7",
    "long": "J-4K7M2BCD9",
    "lower": "j-4k7m2",
    "with-name": "J-4K7M2 Aurélie",
    "cyrillic": "J-4К7М2",
    "hyphen": "J‑4K7M2",
    "full-width": "J-４K7M2",
    "phone": "450 555-0123",
}
TELLING = {
    "name": "Aurélie Tremblay",
    "nom": "Aurélie Tremblay",
    "aliases": "Lili",
    "phone": "450 555-0123",
    "téléphone": "450 555-0123",
    "school": "École des Iris",
    "unit": "Unité Quasar",
    "birthYear": "2011",
    "date de naissance": "2011-04-05",
    "ageMin": "14",
    "address": "12 rue Oka",
    "ref": "Aurélie",
    "note": "vit chez sa tante",
    "description": "cheveux roux",
    "gang": "Les Quais",
}
MINOR = "a person known to be under 18 is a young person to protect, never named"


def _young() -> Iterator[Bad]:
    for name, text in TOKENS.items():
        yield row(
            f"token-{name}",
            "young_persons",
            "token",
            MASK,
            "anything else might name her",
            "opaque token",
            hides=(text,),
            token=text,
        )
    for column, text in TELLING.items():
        says = (MASK, "of a young person nothing but a token and an age band may be said", "Remove the value")
        yield row(f"young-{column}", "young_persons", *says, hides=(text,), **{column: text})
    yield row(
        "young-unnamed-column",
        "young_persons",
        MASK,
        "under a column without a name",
        hides=("Aurélie",),
        **{"": "Aurélie"},
    )
    twice = "tip,token,consent,nom,nom\nT9,J-7C3VB,accepts,Aurélie,\n"
    yield row(
        "young-column-twice",
        "young_persons",
        MASK,
        "nothing but a token",
        hides=("Aurélie",),
        also={"young_persons.csv": twice},
    )
    yield stop(
        "young-no-header",
        {"young_persons.csv": "T9,J-7C3VB,accepts,Aurélie\n"},
        "young_persons.csv, line 1",
        "tip, token, consent is missing",
        hides=("Aurélie",),
    )
    for consent in ("refuses", "not_asked"):
        for column, text in (("ageBand", "14-15"), ("consentScope", "police seulement")):
            says = (column, MASK, "she refused or was not asked: the tip says nothing more of her", "Leave it empty")
            yield row(f"{consent}-{column}", "young_persons", *says, hides=(text,), consent=consent, **{column: text})
        young = {"young_persons.csv": table(ROWS["young_persons"] | {"consent": consent})}
        says = ("refused or was not asked: the words as received stay at the youth centre", "Remove the row")
        yield row(f"{consent}-raw-text", "raw_texts", *says, hides=("Aurélie",), also=young, text="Aurélie raconte")
    yield row(
        "token-of-another-tip",
        "young_persons",
        "this token belongs to more than one tip of the load",
        MASK,
        hides=("J-4K7M2",),
        token="J-4K7M2",
    )
    both = {
        "tips": [TIP, tip("T8")],
        "young_persons": [ROWS["young_persons"], ROWS["young_persons"] | {"tip": "T8"}],
        "uses": [ROWS["uses"] | {"to": "none"}],  # holds T9, which may keep its token
    }
    says = ("young_persons.csv, line 3", "this token belongs to more than one tip", "Make a token per tip", MASK)
    yield rows("token-in-two-tips", both, *says, hides=("J-7C3VB",))
    for name, second in (("twice", {}), ("two-consents", {"consent": "refuses"})):
        both = {"young_persons": [ROWS["young_persons"], ROWS["young_persons"] | second]}
        says = ("young_persons.csv, line 3", "stands twice in its tip", "Keep the row that holds", MASK)
        yield rows(f"token-{name}", both, *says, hides=("J-7C3VB",))
    yield row(
        "minor-birthYear", "persons", "birthYear", MASK, MINOR, "Use a token", hides=("Kim", "2011"), birthYear="2011"
    )
    yield row("minor-ageMax", "persons", "ageMax", MASK, MINOR, hides=("Kim", "'16'"), ageMax="16")
    yield row("minor-age", "persons", "ageMax", MASK, MINOR, hides=("Kim",), ageMin="14", ageMax="15")
    for name in ("persons", "gangs", "vehicles", "places", "identifiers", "events"):
        says = ("ref", MASK, "looks like a young person's token", "Use another ref")
        yield row(f"token-as-{name}", name, *says, hides=("J-7C3VB",), ref="J-7C3VB")
    for place, what in (("l3", "institution"), ("l4", "protected"), ("l5", "unclassed")):
        says = ("a young person is placed only at a place whose class is known", "Give the class of the place")
        yield row(f"young-at-{what}", "present_at", *says, hides=("J-4K7M2",), **{"from": "J-4K7M2", "to": place})
    again = {"places.csv": table(ROWS["places"] | {"name": "", "address": "1 place Iris", "placeClass": "private"})}
    says = ("a young person is placed only at a place",)
    yield row("young-at-institution-by-another-ref", "present_at", *says, also=again, **{"from": "J-4K7M2", "to": "l9"})
    says = ("nothing in the load describes this ref", MASK)
    yield row("recruits-name", "recruits", *says, hides=("Aurélie",), to="Aurélie Tremblay")
    yield row("recruits-unknown-token", "recruits", *says, hides=("J-8H4ZT",), to="J-8H4ZT")
    yield row("found-name", "found_at", *says, hides=("Aurélie",), **{"from": "Aurélie"})
    yield row("contacted-name", "contacted", *says, hides=("Aurélie",), **{"from": "Aurélie", "to": "p1"})
    yield row("lives-at-token", "lives_at", *says, hides=("J-8H4ZT",), **{"from": "J-8H4ZT"})
    yield row(
        "cell-of-a-token-row",
        "recruits",
        MASK,
        "this is not a date",
        hides=("fête d'Aurélie",),
        to="J-4K7M2",
        since="fête d'Aurélie",
    )
    yield row(
        "choice-of-a-token-row",
        "present_at",
        MASK,
        "not a known value of part",
        hides=("Aurélie",),
        part="amie d'Aurélie",
        **{"from": "J-4K7M2"},
    )
    yield row(
        "kin-of-a-token",
        "related_to",
        "cannot stand between",
        "nothing else may be said",
        hides=("J-4K7M2",),
        to="J-4K7M2",
        kind="sibling",
    )


# --- rows against one another -------------------------------------------------------------------------------------


def rows(id: str, files: Mapping[str, list[Row]], *says: str, hides: tuple[str, ...] = ()) -> Bad:
    """Several tables, with a T9 unless they bring tips of their own."""
    written: dict[str, Content] = {"tips.csv": table(TIP)}
    return Bad(id=id, files=written | {f"{n}.csv": table(*r) for n, r in files.items()}, says=says, hides=hides)


def _between_rows() -> Iterator[Bad]:
    uses, person = ROWS["uses"], ROWS["persons"]
    yield rows(
        "tip-twice",
        {"tips": [TIP, TIP]},
        "tips.csv, line 3",
        "this tip reference stands twice in the load",
        "a reference of its own",
    )
    holds = {"uses": [uses | {"to": "none"}]}  # holds T9, which is good but for that
    yield rows("tip-twice-other-case", {"tips": [TIP, tip("t9")], **holds}, "tips.csv, line 3", "stands twice")
    yield rows("tip-twice-width", {"tips": [TIP, tip("Ｔ９")], **holds}, "tips.csv, line 3", "stands twice")
    for name in ("persons", "uses", "raw_texts", "young_persons"):
        yield row(
            f"{name}-of-no-tip", name, "no tip of that reference is in the load", "Add its row to tips", tip="T404"
        )
    yield row(
        "from-unknown",
        "uses",
        "from = 'p404'",
        "nothing in the load describes this ref",
        "Add a row for it",
        **{"from": "p404"},
    )
    yield row("to-unknown", "uses", "to = 'v404'", "nothing in the load describes this ref", to="v404")
    yield row("to-a-tip", "uses", "nothing in the load describes this ref", to="T1")
    yield row("self", "associates_with", "both ends are the same entity", "Correct one of them", to="p1")
    twin = {"identifiers": [ROWS["identifiers"], ROWS["identifiers"] | {"ref": "i8", "value": "(450) 555-0109"}]}
    yield rows(
        "self-by-number",
        twin | {"contacted": [{"tip": "T9", "from": "i8", "to": "i9"}]},
        "contacted.csv, line 2",
        "both ends are the same entity",
    )
    yield rows(
        "assertion-twice",
        {"uses": [uses, uses]},
        "uses.csv, line ",
        "the tip says the same already in",
        "Remove one of the two rows",
    )
    turned = {"associates_with": [{"tip": "T9", "from": "p1", "to": "p2"}, {"tip": "T9", "from": "p2", "to": "p1"}]}
    yield rows("assertion-twice-turned", turned, "associates_with.csv, line ", "the tip says the same already")
    yield rows("mention-twice", {"persons": [person, person]}, "persons.csv, line ", "the tip says the same already")
    yield rows(
        "raw-text-twice",
        {"raw_texts": [ROWS["raw_texts"], ROWS["raw_texts"]]},
        "raw_texts.csv, line ",
        "the tip says the same already",
        hides=("mots",),
    )
    yield row(
        "ref-of-two-types",
        "vehicles",
        "this ref is used for another type of entity before",
        "Use a different ref",
        ref="p1",
    )
    yield row("ref-of-two-plates", "vehicles", "this ref stands for something else before", "use two refs", ref="v1")
    yield row(
        "ref-of-two-addresses", "places", "this ref stands for something else before", ref="l1", address="99 rue Oka"
    )
    yield row("ref-of-two-numbers", "identifiers", "this ref stands for something else before", ref="i1")
    yield row("ref-of-two-names", "gangs", "this ref stands for something else before", ref="g1")


def _contradictions() -> Iterator[Bad]:
    def against(
        id: str, /, *says: str, tips: list[Row] | None = None, uses: list[Row] | None = None, **cells: str
    ) -> Bad:
        base = {"tip": "T9", "contradicts": "T3", "type": "ASSOCIATES_WITH", "from": "p1", "to": "p2"}
        files = {"contradicts": [base | cells], "tips": tips or [tip("T9" if cells.get("tip", "T9") else "T1")]} | (
            {"uses": uses} if uses else {}
        )
        return rows(id, files, "contradicts.csv, line ", *says)

    for name in ("tip", "contradicts", "type", "from", "to"):
        yield against(f"contradicts-{name}-empty", f"{name} is empty", "Fill it in", **{name: ""})
    yield against(
        "contradicts-type-unknown", "no relationship type of that name", "Use one of: ASSOCIATES_WITH", type="LOVES"
    )
    yield against("contradicts-mentions", "no relationship type of that name", type="MENTIONS")
    yield against(
        "contradicts-unknown-tip", "T404", "no tip of that reference is in the load or in the graph", contradicts="T404"
    )
    yield against("contradicts-itself", "Name another tip", contradicts="T9")
    yield against("contradicts-unknown-end", "what it contradicts is not described", to="p404")
    yield against(
        "contradicts-what-is-not-said", "does not say that", "as they stand in the other tip's row", type="RELATED_TO"
    )
    turned = {"contradicts": "T3", "type": "USES", "from": "v1", "to": "p1"}
    yield against("contradicts-turned", "between these ends in this order", **turned)
    yield against(
        "contradicts-a-later-tip",
        "cannot contradict one that was received later",
        tips=[tip("T9", receivedOn="2026-05-04")],
    )
    held = [{"tip": "T8", "from": "p1", "to": "v1", "since": "hier"}]
    yield against(
        "contradicts-a-held-tip",
        "does not say that",
        tips=[TIP, tip("T8")],
        uses=held,
        contradicts="T8",
        type="USES",
        to="v1",
    )
    two = [{"tip": t, "from": "p1", "to": "v1"} for t in ("T8", "T9")]
    circle = [
        {"tip": a, "contradicts": b, "type": "USES", "from": "p1", "to": "v1"} for a, b in (("T8", "T9"), ("T9", "T8"))
    ]
    files = {"tips": [TIP, tip("T8")], "uses": two, "contradicts": circle}
    yield rows(
        "contradicts-in-a-circle",
        files,
        "contradicts.csv, line 2",
        "held back, or contradicts it in turn",
        "Correct that tip first",
    )


def _judgements() -> Iterator[Bad]:
    base = {
        "from": "p1",
        "to": "p2",
        "judgement": "same",
        "author": "Q. Oui",
        "at": "2026-06-01",
        "reason": "même voiture",
        "organisation": "",
    }

    def judged(id: str, /, *says: str, hides: tuple[str, ...] = (), more: tuple[Row, ...] = (), **cells: str) -> Bad:
        return Bad(
            id=id, files={"same_as.csv": table(base | cells, *more)}, says=("same_as.csv, line ", *says), hides=hides
        )

    for name in ("from", "to", "judgement", "author", "at", "reason"):
        yield judged(f"same_as-{name}-empty", f"{name} is empty", "Fill it in", **{name: ""})
    yield judged("same_as-unknown-judgement", "not a judgement", "same, different, unsure", judgement="perhaps")
    yield judged("same_as-date", MASK, "this is not a date", hides=("hier",), at="hier")
    yield judged("same_as-tomorrow", "after today (2026-11-02)", at="2026-11-03")
    yield judged("same_as-itself", "both ends are the same entity", to="p1")
    yield judged("same_as-two-types", "two entities of one type", to="v1")
    yield judged("same_as-unknown", "both described in the load", to="p404")
    centre = ("whether two tokens are one girl is for the youth centre alone", "Write CJM", MASK)
    tokens = {"from": "J-4K7M2", "to": "J-9Q2XW"}
    yield judged("same_as-tokens-by-nobody", *centre, hides=("J-4K7M2", "J-9Q2XW"), **tokens)
    yield judged("same_as-tokens-by-police", *centre, hides=("J-4K7M2", "SPAL"), organisation="SPAL", **tokens)
    yield judged("same_as-token-and-person", *centre, hides=("J-4K7M2",), organisation="CJM", **{"from": "J-4K7M2"})
    yield judged(
        "same_as-one-token",
        "both ends are the same entity",
        MASK,
        hides=("J-4K7M2",),
        organisation="CJM",
        **(tokens | {"to": "J-4K7M2"}),
    )
    yield judged(
        "same_as-unknown-token",
        "both described in the load",
        MASK,
        hides=("J-8H4ZT",),
        organisation="CJM",
        **(tokens | {"to": "J-8H4ZT"}),
    )
    yield judged(
        "same_as-token-date",
        MASK,
        "this is not a date",
        hides=("fête d'Aurélie",),
        organisation="CJM",
        at="fête d'Aurélie",
        **tokens,
    )
    other = base | {"from": "p2", "to": "p1", "judgement": "different"}
    says = ("line 2", "judged otherwise in the same load", "Keep one of the two")
    yield judged("same_as-two-answers", *says, more=(other,), judgement="unsure")
    twins = {
        "gangs.csv": table({"tip": "T9", "ref": "g8", "name": "LES QUAIS"}),
        "uses.csv": table(ROWS["uses"] | {"to": "none"}),
        "tips.csv": table(TIP),
    }
    same = {"same_as.csv": table(base | {"from": "g1", "to": "g8"})}
    yield Bad(id="same_as-one-key", files=twins | same, says=("same_as.csv, line 2", "both ends are the same entity"))
    yield stop(
        "same_as-no-reason",
        {"same_as.csv": "from,to,judgement,author,at\n"},
        "same_as.csv, line 1",
        "column reason is missing",
    )


def _statuses() -> Iterator[Bad]:
    base = {"ref": "p1", "status": "charged", "ground": "dossier 12", "author": "Q. Oui", "at": "2026-06-01"}

    def status(id: str, /, *says: str, hides: tuple[str, ...] = (), **cells: str) -> Bad:
        return Bad(
            id=id, files={"statuses.csv": table(base | cells)}, says=("statuses.csv, line 2", *says), hides=hides
        )

    for name in base:
        yield status(f"status-{name}-empty", f"{name} is empty", "Fill it in", **{name: ""})
    yield status("status-unknown", "not a status", "Use one of: of_interest", status="guilty")
    yield status("status-mentioned", "mentioned is what everyone is by default", status="mentioned")
    yield status(
        "status-of-a-token", "a young person has no status", MASK, "Remove the row", hides=("J-4K7M2",), ref="J-4K7M2"
    )
    yield status("status-of-a-car", "a status is a person's", ref="v1")
    yield status("status-of-nobody", "the person must be described in the load", "persons", ref="p404")
    yield status("status-date", "this is not a date", at="hier")
    yield status("status-tomorrow", "after today", at="2026-11-03")


# --- files ----------------------------------------------------------------------------------------------------------

HEAD = "tip,ref,name\n"
SHEET = (
    '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>'
    '<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>{}</sheetData></worksheet>'
)


def book(sheet: str, *rows_: tuple[object, ...]) -> Callable[[Path], object]:
    """A workbook as Excel writes it."""

    def write(path: Path) -> None:
        made = openpyxl.Workbook()
        page = made.active
        page.title = sheet
        for cells in rows_:
            page.append(cells)
        made.save(path)

    return write


_SHARED = (
    '<Override PartName="/xl/sharedStrings.xml" '
    'ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sharedStrings+xml"/></Types>'
)


def forged(**parts: str | Callable[[zipfile.ZipFile, str], object]) -> Callable[[Path], object]:
    """A workbook with one sheet `persons`, some of whose parts are replaced."""
    names = {
        "sheet": "xl/worksheets/sheet1.xml",
        "strings": "xl/sharedStrings.xml",
        "styles": "xl/styles.xml",
        "extra": "xl/media/a.bin",
    }

    def write(path: Path) -> None:
        plain = path.with_suffix(".tmp")
        book("persons", ("tip", "ref", "name"), ("T9", "p9", "Kim"))(plain)
        replaced = {names[part]: content for part, content in parts.items()}
        with zipfile.ZipFile(plain) as old, zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as new:
            if "strings" in parts:
                replaced["[Content_Types].xml"] = old.read("[Content_Types].xml").decode().replace("</Types>", _SHARED)
            for name in {*old.namelist(), *replaced}:
                content = replaced.get(name)
                if content is None:
                    new.writestr(name, old.read(name))
                elif isinstance(content, str):
                    new.writestr(name, content)
                else:
                    content(new, name)
        plain.unlink()

    return write


def _poured(head: bytes, piece: bytes, times: int) -> Callable[[zipfile.ZipFile, str], object]:
    def write(archive: zipfile.ZipFile, name: str) -> None:
        with archive.open(name, "w", force_zip64=True) as file:
            file.write(head)
            for _ in range(times):
                file.write(piece)

    return write


def _cut(path: Path) -> None:
    book("persons", ("tip", "ref", "name"), ("T9", "p9", "Kim"))(path)
    path.write_bytes(path.read_bytes()[:-700])


def _flipped(path: Path) -> None:
    """A workbook whose sheet no longer agrees with its checksum."""
    forged(sheet=SHEET.format("<row><c t='inlineStr'><is><t>tip</t></is></c></row>" * 400))(path)
    content = bytearray(path.read_bytes())
    with zipfile.ZipFile(path) as archive:
        at = archive.getinfo("xl/worksheets/sheet1.xml").header_offset
    content[at + 60] ^= 0xFF
    path.write_bytes(content)


def _unreadable(path: Path) -> None:
    path.symlink_to("/proc/self/mem")


def one_long_line(megabytes: int, first: str = HEAD, piece: str = "x") -> Callable[[Path], object]:
    """A text file whose second line is enormous, written as a stream."""

    def write(path: Path) -> None:
        part = (piece * (1_000_000 // len(piece))).encode()
        with path.open("wb") as file:
            file.write(first.encode())
            for _ in range(megabytes):
                file.write(part)

    return write


_LAUGHS = (
    '<?xml version="1.0"?><!DOCTYPE s [<!ENTITY a "'
    + "ha" * 50
    + '">'
    + "".join(f'<!ENTITY {b} "{f"&{a};" * 50}">' for a, b in ("ab", "bc", "cd", "de", "ef"))
    + ']><sst xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><si><t>&f;</t></si></sst>'
)
_OUTSIDE = (
    '<?xml version="1.0"?><!DOCTYPE s [<!ENTITY a SYSTEM "file:///etc/passwd">]>'
    '<sst xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><si><t>&a;</t></si></sst>'
)


def _files() -> Iterator[Bad]:
    def persons(id: str, content: Content, *says: str, suffix: str = "csv", hides: tuple[str, ...] = ()) -> Bad:
        return stop(id, {f"persons.{suffix}": content}, f"persons.{suffix}", *says, hides=hides)

    yield persons("empty", b"", "empty, not even a header", "the first line must name the columns")
    yield persons("blank-lines", "\n\n  \n", "empty, not even a header")
    yield persons("mark-only", b"\xef\xbb\xbf", "empty, not even a header")
    yield persons("separators-only", ",,,\n,,\n", "empty, not even a header")
    yield persons(
        "no-header", "T9,p9,Kim\n", "line 1", "column 1 'T9' is not one of persons", "known are tip, ref, name"
    )
    yield persons("misspelt", "tip,ref,naem\n", "line 1", "column 3 'naem' is not one of persons", "did you mean name?")
    yield persons(
        "foreign-column", HEAD.replace("name", "shoeSize"), "column 3 'shoeSize' is not one of persons", "known are"
    )
    yield persons("misspelt-on-line-3", "\n\ntip,ref,naem\n", "line 3", "did you mean name?")
    yield persons(
        "long-title", "tip,ref," + "z" * 300_000 + "\n", "line 1", "is not one of persons", hides=("z" * 200,)
    )
    yield persons("doubled", "tip,ref,name,name\n", "line 1", "column 'name' stands twice", "remove one")
    yield persons("doubled-other-case", "tip,ref,name,NAME\n", "column 'name' stands twice")
    yield persons("doubled-accent", "tip,ref,name,Namé\n", "column 'name' stands twice")
    yield persons("second-mark", b"\xef\xbb\xbf\xef\xbb\xbftip,ref,name\n", "column 1", "did you mean tip?")
    yield persons("piped", "tip|ref|name\nT9|p9|Kim\n", "'tip|ref|name' is not one of persons")
    yield persons("two-columns-short", "tip\nT9\n", "column ref is missing", "add it")
    yield persons("nul", HEAD.encode() + b"T9,p\x009,Kim\n", "line 2", "a NUL byte", "export it again")
    yield persons("nul-header", b"tip,ref\x00,name\n", "line 1", "a NUL byte")
    yield persons("utf-16-without-mark", (HEAD + "T9,p9,Kim\n").encode("utf-16-le"), "a NUL byte", "export it again")
    yield persons("utf-16-cut", (HEAD + "T9,p9,Kim\n").encode("utf-16")[:-1], "text", "save it as UTF-8")
    yield persons("utf-32", (HEAD + "T9,p9,Kim\n").encode("utf-32"), "a NUL byte")
    yield persons("mixed-bytes", HEAD.encode() + "T9,p9,É\n".encode() + b"T9,p8,\x81\x8d\n", "text", "save it as UTF-8")
    yield persons(
        "marked-but-not-utf-8",
        b"\xef\xbb\xbf" + HEAD.encode() + b"T9,p9,\xc9mile\n",
        "this is not UTF-8 text",
        "save it as UTF-8",
    )
    yield persons("png", b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR", "is not one of persons")
    yield persons("quote-open", HEAD + 'T9,p9,"Kim\nT9,p8,Quo\n', "line ", "a quote is not closed", "close it")
    yield persons("quote-open-header", 'tip,ref,"name\nT9,p9,Kim\n', "a quote is not closed")
    yield persons(
        "quote-inside",
        HEAD + 'T9,p9,"Kim "Kid" Quo"\n',
        "line 2",
        "the quotes are wrong",
        "double a quote inside quotes",
    )
    yield persons(
        "quote-megabyte", HEAD + 'T9,p9,"Kim\n' + "T9,p9,Quo\n" * 110_000, "a quote is probably not closed", "close it"
    )
    yield persons(
        "line-megabyte",
        HEAD + "T9,p9," + "x" * 1_000_001 + "\n",
        "line 2",
        "longer than 1000000 characters",
        "one record a line?",
    )
    yield persons(
        "columns-6000",
        ",".join(f"c{n}" for n in range(6000)) + "\n",
        "line 1",
        "more than 5000 columns",
        "is the separator right?",
    )
    yield persons("lines-by-cr-only-broken", b"tip,ref,naem\rT9,p9,Kim\r", "line 1", "did you mean name?")
    for suffix in ("xls", "xlsm", "ods"):
        yield persons(
            f"in-folder-{suffix}",
            b"\xd0\xcf\x11\xe0",
            f".{suffix} is not a table",
            "save it as .csv or .xlsx",
            suffix=suffix,
        )
    for suffix in ("xls", "pdf", "docx", "json", "zip"):
        yield stop(
            f"alone-{suffix}",
            {f"persons.{suffix}": b"%PDF-1.7"},
            f"persons.{suffix}",
            f".{suffix} is not a table",
            "save it as .csv or .xlsx",
            only=True,
            load=f"persons.{suffix}",
        )
    yield stop(
        "no-suffix",
        {"persons": HEAD},
        "persons: a file without suffix is not a table",
        "save it as",
        only=True,
        load="persons",
    )
    yield stop(
        "no-such-file",
        {"a.txt": ""},
        "absent.csv: no such file or folder",
        "check its name",
        only=True,
        load="absent.csv",
    )
    yield stop("file-name-too-long", {"a.txt": ""}, "no such file or folder", only=True, load="a" * 5000 + ".csv")
    yield stop(
        "folder-named-csv",
        {"persons.csv/a.md": "# not a table"},
        "persons.csv: no table here",
        "*.csv, *.tsv, *.xlsx",
        only=True,
        load="persons.csv",
    )
    yield stop("empty-folder", {"in/": ""}, "in: no table here", only=True, load="in")
    yield stop("hidden-files-only", {".persons.csv": HEAD, "~$persons.xlsx": b"\x05Kim"}, "no table here", only=True)
    yield stop(
        "not-a-file",
        {"persons.csv": lambda path: path.symlink_to("/dev/zero")},
        "persons.csv: not an ordinary file",
        "export",
        only=True,
        load="persons.csv",
    )
    yield stop(
        "link-to-nothing",
        {"persons.csv": lambda path: path.symlink_to("nothing")},
        "persons.csv: no such file",
        only=True,
        load="persons.csv",
    )
    yield stop(
        "link-to-itself",
        {"persons.csv": lambda path: path.symlink_to(path)},
        "persons.csv: no such file",
        only=True,
        load="persons.csv",
    )
    yield persons("unreadable", _unreadable, "cannot be read", "check the file and your rights to it")
    yield persons("unreadable-book", _unreadable, "not a readable Excel workbook", suffix="xlsx")
    yield stop("not-our-table", {"people.csv": HEAD}, "people.csv: 'people' is not one of our tables", "--mapping")
    yield stop(
        "nearly-our-table",
        {"person.csv": HEAD},
        "person.csv: 'person' is not one of our tables",
        "did you mean persons?",
    )
    yield stop("bytes-in-the-name", {"p\udcff.csv": HEAD}, "is not one of our tables")


def _workbooks() -> Iterator[Bad]:
    def persons(id: str, content: Content, *says: str, hides: tuple[str, ...] = ()) -> Bad:
        return stop(id, {"persons.xlsx": content}, "persons.xlsx", *says, hides=hides)

    unread = ("not a readable Excel workbook", "save it again as .xlsx or as .csv")
    damaged = ("the sheet is damaged", "save it again")
    yield persons("xlsx-is-csv", HEAD, *unread)
    yield persons("xlsx-is-empty", b"", *unread)
    yield persons("xlsx-is-xls", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, *unread)
    yield persons("xlsx-cut", _cut, *unread)
    yield persons("xlsx-is-zip", lambda path: zipfile.ZipFile(path, "w").close(), *unread)
    yield persons("xlsx-flipped-bit", _flipped, "save it again")
    yield persons("xlsx-not-xml", forged(sheet="<row><"), "save it again")
    yield persons(
        "xlsx-cell-nowhere", forged(sheet=SHEET.format('<row r="1"><c r="ZZZZZ1" t="n"><v>1</v></c></row>')), *damaged
    )
    yield persons(
        "xlsx-string-nowhere", forged(sheet=SHEET.format('<row r="1"><c r="A1" t="s"><v>99999</v></c></row>')), *damaged
    )
    yield persons(
        "xlsx-row-two-thousand-million",
        forged(sheet=SHEET.format('<row r="1"/><row r="2000000000"/>')),
        "1048576 rows",
        "damaged",
    )
    yield persons("xlsx-laughs", forged(strings=_LAUGHS), *unread)
    yield persons("xlsx-reads-passwd", forged(strings=_OUTSIDE), *unread, hides=("root:",))
    yield persons("xlsx-styles-not-xml", forged(styles="no"), *unread)
    yield persons(
        "xlsx-bomb",
        forged(sheet=_poured(SHEET.encode(), b" " * 1_000_000, 60)),
        "it would unpack to 60 MB",
        "save it as .csv",
    )
    yield persons(
        "xlsx-bomb-of-strings",
        forged(strings=_poured(b"<sst>", b"<si><t>a</t></si>" * 50_000, 20)),
        "it would unpack to 17 MB",
    )
    noise = bytes(range(256)) * 4000
    both = forged(
        sheet=_poured(SHEET.encode(), b" " * 1_000_000, 60),
        extra=lambda archive, name: archive.writestr(name, noise, zipfile.ZIP_STORED),
    )
    yield persons("xlsx-bomb-with-noise", both, "it would unpack to 6", "save it as .csv")
    yield persons(
        "xlsx-half-gigabyte", forged(sheet=_poured(SHEET.encode(), b" " * 10_000_000, 51)), "it would unpack to 510 MB"
    )
    yield persons(
        "xlsx-no-such-sheet", book("people", ("tip", "ref", "name")), "persons.xlsx[people]", "not one of our tables"
    )
    yield persons("xlsx-empty-sheet", book("persons"), "persons.xlsx[persons]", "empty, not even a header")
    yield persons(
        "xlsx-column",
        book("persons", ("tip", "ref", "naem"), ("T9", "p9", "Kim")),
        "persons.xlsx[persons], line 1",
        "did you mean name?",
    )
    yield persons(
        "xlsx-long-cell",
        forged(sheet=SHEET.format(f'<row><c t="inlineStr"><is><t>{"x" * 1_000_001}</t></is></c></row>')),
        "line 1",
        "longer than 1000000 characters",
    )
    wide = "<row>" + '<c r="XFD1" t="inlineStr"><is><t>x</t></is></c>' + "</row>"
    yield persons("xlsx-wide", forged(sheet=SHEET.format(wide)), "line 1", "more than 5000 columns")
    rows_ = "<row/>" * 1_000_000 + '<row><c t="inlineStr"><is><t>tips</t></is></c></row>'
    yield persons(
        "xlsx-million-empty-rows",
        forged(sheet=SHEET.format(rows_)),
        "line 1000001",
        "column 1 'tips' is not one of persons",
    )
    row_bad = book(
        "persons", ("tip", "ref", "name", "ageMin"), ("T9", "p9", "Kim", 30), (None,), ("T9", "p8", "Quo", "vieux")
    )
    yield Bad(
        id="xlsx-row",
        files={"tips.csv": table(TIP), "persons.xlsx": row_bad},
        says=("persons.xlsx[persons], line 4", "ageMin = 'vieux'", "whole number"),
    )


def _cells() -> Iterator[Bad]:
    def cells(id: str, text: str, *says: str) -> Bad:
        files = {"persons.csv": text} | ({"tips.csv": table(TIP)} if ",T9," in f",{text}".replace("\n", ",") else {})
        return Bad(id=id, files=files, says=("persons.csv, line ", *says))

    yield cells(
        "too-many-cells",
        HEAD + "T9,p9,Quo, Kim\n",
        "line 2",
        "4 values under 3 columns",
        "Quote a value that contains the separator",
    )
    yield cells(
        "cell-under-no-title", "tip,ref,name,\nT9,p9,Kim,Quo\n", "line 2", "'Quo'", "under a column without a name"
    )
    yield cells("too-few-cells", HEAD + "T9\n", "line 2", "ref is empty", "Fill it in")
    yield cells("after-a-long-record", HEAD + 'T9,p8,"Kim\n\nQuo"\nT9,,Kim\n', "line 5", "ref is empty")
    yield cells("within-a-long-record", HEAD + '\nT9,,"Kim\n\nQuo"\n', "line 3", "ref is empty")
    yield cells("header-twice", HEAD + HEAD, "line 2", "no tip of that reference is in the load")
    yield cells("semicolons-in-commas", HEAD + "T9;p9;Kim\n", "line 2", "ref is empty")


def _settings() -> Iterator[Bad]:
    def toml(id: str, name: str, text: str, *says: str) -> Bad:
        return stop(id, {f"{name}.toml": text, "tips.csv": table(TIP)}, f"{name}.toml", *says, only=True)

    yield toml("mobilis-not-toml", "mobilis", "source: bad", "not TOML", "line 1")
    yield toml("mobilis-no-source", "mobilis", "name = 'bad'", "source must be a word", 'source = "rivesaule"')
    yield toml("mobilis-number", "mobilis", "source = 3", "source must be a word")
    yield toml("mobilis-blank", "mobilis", "source = ' '", "source must be a word")
    yield toml("mobilis-deep", "mobilis", "source = " + "[" * 5000 + "]" * 5000, "not TOML")
    yield toml("mobilis-huge-number", "mobilis", "source = " + "9" * 5000, "not TOML")
    yield stop(
        "mobilis-latin",
        {"mobilis.toml": b"source = '\xe9t\xe9'", "tips.csv": table(TIP)},
        "mobilis.toml: not UTF-8 text",
        "save it as UTF-8",
        only=True,
    )
    yield stop(
        "mobilis-folder", {"mobilis.toml/": "", "tips.csv": table(TIP)}, "mobilis.toml", "cannot be read", only=True
    )
    yield toml("demo-no-today", "demo", "title_fr = 'x'", "today", "2026-11-02")
    yield toml("demo-bad-today", "demo", "today = 'hier'", "'hier' is not a day", "write it as today = 2026-11-02")
    yield toml("demo-title", "demo", "today = 2026-11-02\ntitle_fr = { a = 1 }", "title_fr", "must be a text")
    yield toml("demo-fictional", "demo", "today = 2026-11-02\nfictional = 'no'", "fictional", "true or false")


# --- mappings -------------------------------------------------------------------------------------------------------

MAPPING = """
source = "bad"
[tip]
per = "file"
reference = "{file}"
receivedOn = "2026-06-01"
organisation = "SPAL"
sourceGrade = "B"
contentGrade = "2"
origin = "o-m"
state = "triaged"
[[table]]
file = "calls.csv"
[[table.node]]
as = "one"
type = "Person"
ref = "{one}"
name = "{one}"
[[table.node]]
as = "two"
type = "Person"
ref = "{two}"
[[table.link]]
type = "ASSOCIATES_WITH"
from = "one"
to = "two"
since = "{day}"
"""
GIRL = """
[[table.node]]
as = "girl"
type = "YoungPerson"
token = "{girl}"
consent = "{consent}"
"""
CALLS = "one,two,day,girl,consent\nKim,Quo,2026-05-03,,\n"


def _mapped(
    id: str,
    *says: str,
    hides: tuple[str, ...] = (),
    swap: tuple[str, str] = ("", ""),
    calls: str = CALLS,
    more: str = "",
) -> Bad:
    """A mapping in which something is exchanged, or with more after it."""
    assert swap[0] in MAPPING
    files = {"m.toml": (MAPPING.replace(*swap, 1) if swap[0] else MAPPING) + more, "calls.csv": calls}
    stops = says[0].startswith("m.toml") or "m.toml" in says
    return Bad(
        id=f"mapping-{id}",
        files=files,
        says=says,
        hides=hides,
        stops=stops,
        only=True,
        load="calls.csv",
        mapping="m.toml",
    )


def _mappings() -> Iterator[Bad]:
    yield _mapped("not-toml", "m.toml", "not TOML", swap=("[tip]", "[tip"))
    yield _mapped("no-source", "m.toml: source: missing", "add it", swap=('source = "bad"', ""))
    yield _mapped("no-table", "m.toml: ", "missing", swap=(MAPPING[MAPPING.index("[[table]]") :], ""))
    yield _mapped("unknown-key", "m.toml: ", "no such key", "did you mean", swap=("state =", "stat ="))
    yield _mapped(
        "unknown-grade",
        "m.toml: tip.sourceGrade",
        "not a known value of sourceGrade",
        "use one of: A",
        swap=('"B"', '"Z"'),
    )
    yield _mapped("broken-date", "m.toml: tip.receivedOn", "there is no such date", swap=("2026-06-01", "2026-02-30"))
    yield _mapped("no-origin", "m.toml: tip: origin missing", "say it here", swap=('origin = "o-m"', ""))
    yield _mapped(
        "tip-per-week", "m.toml: tip.per: 'week' is not known here", "file, period, row", swap=('"file"', '"week"')
    )
    yield _mapped(
        "circle",
        "m.toml: let.a: defined by itself: a → b → a",
        "take one from a column",
        swap=("[tip]", '[let]\na = "{b}"\nb = "{a}"\n[tip]'),
    )
    yield _mapped("itself", "m.toml: let.a: defined by itself: a → a", swap=("[tip]", '[let]\na = "{a}"\n[tip]'))
    yield _mapped(
        "no-such-file",
        "m.toml: table[1].file: no table 'cals.csv' among those given (calls.csv)",
        "correct the name",
        swap=('"calls.csv"', '"cals.csv"'),
    )
    yield _mapped(
        "no-such-column", "m.toml: ", "no column 'tow' in calls.csv", "did you mean two?", swap=('"{two}"', '"{tow}"')
    )
    yield _mapped(
        "forbidden-ends",
        "m.toml: table[1].link[1].type: MEMBER_OF cannot stand from Person to Person",
        swap=("ASSOCIATES_WITH", "MEMBER_OF"),
    )
    yield _mapped(
        "unknown-type", "m.toml: table[1].link[1].type: no relationship type 'LOVES'", swap=("ASSOCIATES_WITH", "LOVES")
    )
    yield _mapped(
        "unknown-node", "m.toml: table[1].link[1].to: 'three' is not known here", swap=('to = "two"', 'to = "three"')
    )
    yield _mapped("self", "m.toml: table[1].link[1].to: both ends are the same node", swap=('to = "two"', 'to = "one"'))
    yield _mapped("girl-with-a-name", "m.toml: table[1].node[3].name: no such key", more=GIRL + 'name = "{one}"')
    yield _mapped(
        "girl-with-a-ref",
        "m.toml: table[1].node[3].ref: a YoungPerson is known by its token alone",
        "remove the ref",
        more=GIRL + 'ref = "x"',
    )
    link = '[[table.link]]\nfrom = "girl"\n'
    for type_, end in (("LIVES_AT", "one"), ("RELATED_TO", "one"), ("ASSOCIATES_WITH", "two")):
        yield _mapped(
            f"girl-{type_}",
            "m.toml: ",
            f"{type_} cannot stand from YoungPerson to Person",
            more=f'{GIRL}{link}type = "{type_}"\nto = "{end}"',
        )
    yield _mapped("bad-expression", "m.toml: tip.origin: a brace without a name", swap=('"o-m"', '"{"'))
    yield _mapped("bad-pattern", "m.toml: tip.origin.file: not a regular expression", swap=('"o-m"', "{ file = '(' }"))
    yield _mapped(
        "row-date", "calls.csv, line 2", "day", "this is not a date", calls=CALLS.replace("2026-05-03", "hier")
    )
    yield _mapped("row-self", "calls.csv, line 2", "both ends are the same entity", calls=CALLS.replace("Quo", "Kim"))
    yield _mapped("row-blank", "calls.csv, line 2", "two", calls=CALLS.replace("Quo", ""))
    yield _mapped("row-control", "calls.csv, line 2", "a control character", calls=CALLS.replace("Kim", "K\x1bim"))
    yield _mapped(
        "row-too-wide", "calls.csv, line 2", "7 values under 5 columns", calls=CALLS.replace(",,\n", ",,,,x\n")
    )
    named = CALLS.replace(",,\n", ",Aurélie,accepts\n")
    yield _mapped(
        "row-girl-named",
        "calls.csv, line 2",
        MASK,
        "anything else might name her",
        hides=("Aurélie",),
        calls=named,
        more=GIRL,
    )
    told = CALLS.replace(",,\n", ",J-7C3VB,Aurélie veut bien\n")
    yield _mapped(
        "row-girl-consent",
        "calls.csv, line 2",
        MASK,
        "not a known value of consent",
        hides=("Aurélie",),
        calls=told,
        more=GIRL,
    )
    noted = CALLS.replace(",,\n", ",J-7C3VB,accepts\n")
    yield _mapped(
        "row-girl-note",
        "calls.csv, line 2",
        MASK,
        "nothing but a token",
        hides=("Kim",),
        calls=noted,
        more=GIRL + 'note = "{one}"',
    )
    token = CALLS.replace("Kim", "J-7C3VB")
    yield _mapped(
        "row-token-as-person",
        "calls.csv, line 2",
        MASK,
        "looks like a young person's token",
        hides=("J-7C3VB",),
        calls=token,
    )
    yield _mapped(
        "row-token-of-another-tip",
        "calls.csv, line 2",
        MASK,
        "already belongs to another tip of the graph",
        hides=("J-4K7M2",),
        calls=CALLS.replace(",,\n", ",J-4K7M2,accepts\n"),
        more=GIRL,
    )


CASES: tuple[Bad, ...] = (
    *_choices(),
    *_required(),
    *_dates(),
    *_numbers(),
    *_texts(),
    *_young(),
    *_between_rows(),
    *_contradictions(),
    *_judgements(),
    *_statuses(),
    *_files(),
    *_workbooks(),
    *_cells(),
    *_settings(),
    *_mappings(),
)


@dataclass(frozen=True, slots=True)
class Pair:
    """Two ends that a relationship type may not stand between; each is asserted by a tip of its own."""

    type: str
    start: str
    end: str
    tip: str = field(default="")

    @property
    def young(self) -> bool:
        return "YoungPerson" in (self.start, self.end)

    def row(self) -> Row:
        """The row that says it."""
        return {"tip": self.tip, "from": REFS[self.start][0], "to": REFS[self.end][1]} | (
            {"role": "family"} if self.type == "NEUTRAL_TO" else {}
        )


def forbidden() -> list[Pair]:
    """Every pair of ends, of every type, that the model does not list."""
    labels = [n for n in NODE if n != "Tip"]
    found = []
    for rel in RELS:
        listed = set(rel.ends) | (set() if rel.directed else {(b, a) for a, b in rel.ends})
        found += [(rel.name, a, b) for a in labels for b in labels if (a, b) not in listed]
    return [Pair(*pair, tip=f"X{number}") for number, pair in enumerate(found)]
