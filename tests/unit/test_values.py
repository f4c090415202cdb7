"""Cells as people write them, one at a time."""

import datetime as dt
import time
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mobilis_graph.ingest import values
from mobilis_graph.ingest.values import MAX_NAME, MAX_TEXT, BadValue, choice, moment, parse, plain, span
from mobilis_graph.schema import ASSERTION_PROPS, NODE, REL, Prop

FRENCH = " janvier février mars avril mai juin juillet août septembre octobre novembre décembre"
PROPS = {p.name: p for owner in (*NODE.values(), *REL.values()) for p in owner.props} | {
    p.name: p for p in ASSERTION_PROPS
}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2026-05-03", ("2026-05-03", "2026-05-03", "day")),
        ("2026-5-3", ("2026-05-03", "2026-05-03", "day")),
        ("03/05/2026", ("2026-05-03", "2026-05-03", "day")),
        ("3.5.2026", ("2026-05-03", "2026-05-03", "day")),
        ("03-05-2026", ("2026-05-03", "2026-05-03", "day")),
        ("3 mai 2026", ("2026-05-03", "2026-05-03", "day")),
        ("le 3 mai 2026", ("2026-05-03", "2026-05-03", "day")),
        ("Le 1er MAI 2026", ("2026-05-01", "2026-05-01", "day")),
        ("3\u00a0mai\u202f2026", ("2026-05-03", "2026-05-03", "day")),
        ("12 août 2026", ("2026-08-12", "2026-08-12", "day")),
        ("12 aout 2026", ("2026-08-12", "2026-08-12", "day")),
        ("1 févr. 2026", ("2026-02-01", "2026-02-01", "day")),
        ("31 décembre 2026", ("2026-12-31", "2026-12-31", "day")),
        ("May 3, 2026", ("2026-05-03", "2026-05-03", "day")),
        ("May 3rd 2026", ("2026-05-03", "2026-05-03", "day")),
        ("Sept. 21, 2026", ("2026-09-21", "2026-09-21", "day")),
        ("3 May 2026", ("2026-05-03", "2026-05-03", "day")),
        ("２０２６-０５-０３", ("2026-05-03", "2026-05-03", "day")),
        ("29/02/2024", ("2024-02-29", "2024-02-29", "day")),
        ("2026-05", ("2026-05-01", "2026-05-31", "month")),
        ("mai 2026", ("2026-05-01", "2026-05-31", "month")),
        ("sept. 2026", ("2026-09-01", "2026-09-30", "month")),
        ("2024-02", ("2024-02-01", "2024-02-29", "month")),
        ("February 2026", ("2026-02-01", "2026-02-28", "month")),
        ("2026-12", ("2026-12-01", "2026-12-31", "month")),
        ("2100-12", ("2100-12-01", "2100-12-31", "month")),
        ("2026", ("2026-01-01", "2026-12-31", "year")),
        ("1900", ("1900-01-01", "1900-12-31", "year")),
    ],
)
def test_a_day_a_month_or_a_year_has_a_first_and_a_last_day(text: str, expected: values.Span) -> None:
    assert span(text) == expected


@pytest.mark.parametrize(
    "text",
    ["", "mai", "2026-05-", "05/2026", "3/5/26", "2026/05/03", "20260503", "3 foo 2026", "1,5", "le mai", "-2026"],
)
def test_what_is_no_date_says_how_to_write_one(text: str) -> None:
    with pytest.raises(BadValue, match="this is not a date") as no:
        span(text)

    assert no.value.remedy.startswith("write it as 2026-05-03, 2026-05, 2026")


@pytest.mark.parametrize(
    "text", ["2026-02-29", "31/06/2026", "2026-00", "2026-13-01", "32 mai 2026", "0/5/2026", "13/13/2026"]
)
def test_a_date_that_never_was_is_refused(text: str) -> None:
    with pytest.raises(BadValue, match="there is no such date"):
        span(text)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2026-05-03 21:30", "2026-05-03T21:30"),
        ("2026-05-03T21:30", "2026-05-03T21:30"),
        ("2026-05-03T21:30:59.123", "2026-05-03T21:30"),
        ("2026-05-03 21h30", "2026-05-03T21:30"),
        ("2026-05-03 21 h 30", "2026-05-03T21:30"),
        ("3 mai 2026 à 21 h 30", "2026-05-03T21:30"),
        ("3 mai 2026, vers 21 h", "2026-05-03T21:00"),
        ("le 3 août 2026 vers 9h", "2026-08-03T09:00"),
        ("3 mai 2026 à 21\u00a0h\u00a030", "2026-05-03T21:30"),
        ("May 3, 2026 at 9:05", "2026-05-03T09:05"),
        ("3 aug 2026 0:00", "2026-08-03T00:00"),
        ("03/05/2026 21:30", "2026-05-03T21:30"),
        ("2026-05-03", "2026-05-03"),
        ("3 mai 2026", "2026-05-03"),
    ],
)
def test_a_moment_is_a_day_or_a_minute(text: str, expected: str) -> None:
    assert moment(text) == expected


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("2026-05-03 24:00", "no such time"),
        ("2026-05-03 21:60", "no such time"),
        ("mai 2026 21:30", "no such time"),
        ("mai 2026", "a day is needed here"),
        ("21:30", "not a date"),
        ("demain 21:30", "not a date"),
        ("2026-02-30 21:30", "no such date"),
    ],
)
def test_a_moment_that_never_was_is_refused(text: str, reason: str) -> None:
    with pytest.raises(BadValue, match=reason):
        moment(text)


@pytest.mark.parametrize("text", ["t" * 500_000, "3 " * 200_000, "2026-05-03" + " " * 400_000 + "x", "1" * 500_000])
@pytest.mark.parametrize("read", [span, moment])
def test_a_long_cell_is_no_date_at_once(read: Any, text: str) -> None:
    began = time.perf_counter()

    with pytest.raises(BadValue):
        read(text)

    assert time.perf_counter() - began < 0.5


@given(st.dates(min_value=dt.date(1900, 1, 1), max_value=dt.date(2100, 12, 31)))
def test_every_day_is_read_as_written_in_every_way(day: dt.date) -> None:
    written = day.isoformat()

    for text in (
        written,
        f"{day.day:02d}/{day.month:02d}/{day.year}",
        f"{day.day} {FRENCH.split(' ')[day.month]} {day.year}",
    ):
        assert span(text) == (written, written, "day")


@given(st.text(max_size=80))
def test_any_text_is_read_or_refused_with_a_remedy(text: str) -> None:
    for prop in PROPS.values():
        try:
            parse(prop, text)
        except BadValue as no:
            told = (no.reason, no.remedy)
        else:
            continue
        assert all(told)


@pytest.mark.parametrize(
    ("name", "text", "expected"),
    [
        ("times", "12", 12),
        ("times", "12,0", 12),
        ("times", "12.00", 12),
        ("times", "1 200", 1200),
        ("times", "1\u202f200", 1200),
        ("times", "-3", -3),
        ("times", "007", 7),
        ("lat", "45,5017", 45.5017),
        ("lat", "45.5017", 45.5017),
        ("lat", "-73", -73.0),
        ("lat", "+1 234,5", 1234.5),
        ("receivedOn", "3 mai 2026", "2026-05-03"),
        ("startedAt", "2026-05-03 21:30", "2026-05-03T21:30"),
        ("aliases", "Zed| Zedou |", ["Zed", "Zedou"]),
        ("aliases", " | ", []),
        ("name", "NA", "NA"),
        ("name", "null", "null"),
        ("name", "007", "007"),
        ("description", "a\nb", "a\nb"),
    ],
)
def test_a_cell_becomes_the_value_of_its_property(name: str, text: str, expected: object) -> None:
    assert parse(PROPS[name], text) == expected


@pytest.mark.parametrize(
    "text", ["1,000", "1.000", "12.5", "twelve", "", "0x1", "1e3", "--1", "1 2 x", "9999999999", "½"]
)
def test_what_is_no_whole_number_is_refused(text: str) -> None:
    with pytest.raises(BadValue, match="not a whole number"):
        parse(PROPS["times"], text)


@pytest.mark.parametrize("text", ["1,234.5", "1.2.3", "nan", "inf", "45°", ".5", "1e9", "north"])
def test_what_is_no_number_is_refused(text: str) -> None:
    with pytest.raises(BadValue, match="not a number"):
        parse(PROPS["lat"], text)


@pytest.mark.parametrize("prop", [p for p in PROPS.values() if p.kind == "choice"], ids=lambda p: p.name)
def test_a_choice_is_said_as_its_value_or_in_either_language(prop: Prop) -> None:
    for entry in prop.choices:
        for text in (entry.value, entry.label.fr, entry.label.en, entry.label.fr.upper(), f" {entry.value} "):
            assert choice(prop, text) == entry.value


@pytest.mark.parametrize("text", ["", " ", "zzz", "g", "A B", "A" * 1_000_000])
def test_an_unknown_choice_names_the_known_ones(text: str) -> None:
    with pytest.raises(BadValue, match="not a known value of sourceGrade") as no:
        choice(PROPS["sourceGrade"], text)

    assert no.value.remedy == "use one of: A, B, C, D, E, F"


def test_texts_and_names_have_limits() -> None:
    assert plain("m" * MAX_TEXT) == "m" * MAX_TEXT
    assert parse(PROPS["name"], "n" * MAX_NAME) == "n" * MAX_NAME

    for prop, size in ((PROPS["description"], MAX_TEXT), (PROPS["name"], MAX_NAME), (PROPS["aliases"], MAX_NAME)):
        with pytest.raises(BadValue, match=f"longer than {size} characters"):
            parse(prop, "n" * (size + 1))


@pytest.mark.parametrize(
    "character", [chr(n) for n in (*range(9), 11, 12, *range(14, 32), *range(127, 160))], ids=lambda c: f"{ord(c):02x}"
)
def test_a_control_character_is_refused(character: str) -> None:
    with pytest.raises(BadValue, match="a control character"):
        plain(f"Kim{character}Quo")


@pytest.mark.parametrize("text", ["a\tb", "a\nb", "a\r\nb", "\u202eabc", "é", "🚗", "\u200d", "#NAME", "REF!"])
def test_what_can_be_seen_is_taken_as_it_is(text: str) -> None:
    assert plain(text) == text


@pytest.mark.parametrize("text", ["#REF!", "#NAME?", "#N/A", "#VALUE!", "#DIV/0!", "#NUM!", "#NULL!"])
def test_what_a_spreadsheet_left_as_an_error_is_no_value(text: str) -> None:
    with pytest.raises(BadValue, match="a spreadsheet left an error here"):
        plain(text)
