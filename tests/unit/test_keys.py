"""Folding, natural keys, opaque ids, and the secret they are made with."""

import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mobilis_graph import keys
from mobilis_graph.errors import ConfigError
from mobilis_graph.keys import Keyring, keyring
from mobilis_graph.schema import NODE

RING = Keyring(b"0123456789abcdef")


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Émilie-Ève  Côté", "emilie-eve cote"),
        ("L’Œuf", "l'oeuf"),
        ("STRASSE", "straße"),
        ("\u202fKaz\u00a0", "kaz"),
        ("e\u0301te\u0301", "été"),
        ("ＫＡＺ", "kaz"),
    ],
)
def test_two_spellings_of_one_name_fold_alike(one: str, other: str) -> None:
    assert keys.fold(one) == keys.fold(other)


def test_two_names_do_not_fold_alike() -> None:
    assert len({keys.fold(n) for n in ("Kaz", "Kas", "Ka z", "Kaz-o", "Kazo")}) == 5


@given(st.text())
def test_folding_twice_is_folding_once(text: str) -> None:
    assert keys.fold(keys.fold(text)) == keys.fold(text)


@given(st.text(), st.text())
def test_no_folded_text_can_hold_the_separator_of_keys(one: str, other: str) -> None:
    assert "\x1f" not in keys.fold(one + "\x1f" + other)


@pytest.mark.parametrize(
    ("plate", "key"),
    [("qio-123", "QIO123"), (" QIO 1?3", "QIO1?3"), ("QIO_1.", "QIO?1?"), ("é12", "E12"), ("QIO*", "QIO*")],
)
def test_a_plate_compares_without_spaces_and_dashes(plate: str, key: str) -> None:
    assert keys.plate_key(plate) == key


@pytest.mark.parametrize(
    "phone", ["450 555-0123", "(450) 555 0123", "+1 450-555-0123", "1 (450) 555.0123", "4505550123"]
)
def test_one_number_written_in_many_ways_is_one_key(phone: str) -> None:
    assert keys.phone_key(phone) == "+14505550123"


@pytest.mark.parametrize("text", ["", "911", "555-0123", "33 6 12 34 56 78", "+33 6 12", "kaz", "450 555-01234"])
def test_what_is_no_number_in_full_has_no_key(text: str) -> None:
    assert keys.phone_key(text) == ""


def test_a_number_known_in_part_is_no_identity() -> None:
    assert keys.value_key("phone", "450 555-01??") == ""
    assert keys.value_key("phone", "450 555-0123") == "+14505550123"
    assert keys.value_key("handle", "@Ka_Zéd") == "ka_zed"
    assert keys.value_key("handle", "ka*") == ""


@pytest.mark.parametrize(
    ("label", "props", "natural"),
    [
        ("Vehicle", {"plate": "QIO 123", "jurisdiction": "QC"}, "qio123\x1fqc"),
        ("Vehicle", {"plate": "QIO 1?3", "jurisdiction": "QC"}, None),
        ("Vehicle", {"plate": "QIO 123"}, None),
        ("Place", {"address": "12, rue Ève", "municipality": "Rivesaule"}, "12 rue eve\x1f\x1frivesaule"),
        ("Place", {"name": "Chez Zed"}, None),
        ("Gang", {"name": "Les  Ouaz"}, "les ouaz"),
        ("Identifier", {"kind": "phone", "value": "450-555-0123"}, "phone\x1f+14505550123"),
        ("Identifier", {"kind": "phone", "value": "450-555-01??"}, None),
        ("Person", {"name": "Émile Ouimet", "birthYear": 1990}, None),
        ("Event", {"kind": "party", "title": "Samedi"}, None),
        ("Tip", {"reference": "T-1"}, "t-1"),
        ("YoungPerson", {"token": "J-2345"}, "j-2345"),
    ],
)
def test_a_record_has_a_natural_key_only_where_it_says_enough(
    label: str, props: dict[str, object], natural: str | None
) -> None:
    assert keys.natural(NODE[label], props) == natural


def test_persons_are_never_merged_on_a_name() -> None:
    assert NODE["Person"].natural == ()


@pytest.mark.parametrize("token", ["J-2345", "J-BCD2", "J-9ZXWVT2B"])
def test_an_opaque_token_is_taken(token: str) -> None:
    assert keys.TOKEN.fullmatch(token)


@pytest.mark.parametrize(
    "token", ["J-MLBRT", "J-234", "J-LEA2", "J-2345678901", "j-2345", "J-1234", "LÉA", "J-ÀB23", "J-2345\n"]
)
def test_a_token_cannot_spell_a_name(token: str) -> None:
    assert not keys.TOKEN.fullmatch(token)


def test_an_id_hangs_on_label_key_and_secret() -> None:
    ids = {
        RING.id("Person", "k"),
        RING.id("Person", "j"),
        RING.id("Gang", "k"),
        Keyring(b"another secret..").id("Person", "k"),
        RING.sign("Person", "k"),
    }

    assert len(ids) == 5
    assert all(len(i) == 32 and set(i) <= set("0123456789abcdef") for i in ids)
    assert RING.id("Person", "k") == RING.id("Person", "k")


def test_what_is_stored_of_a_key_is_short_however_long_it_is() -> None:
    assert len(keys.key("Place", "x" * 100_000)) == 40
    assert keys.key("Place", "x") != keys.key("Person", "x")


def test_a_record_is_found_by_the_words_it_is_known_by() -> None:
    person = {"name": "Émile Ouimet", "aliases": ["Zed", "Le Grand"], "birthYear": 1990, "description": "tatouage"}
    phone = {"kind": "phone", "value": "(450) 555-0123"}

    assert set(keys.search_keys(NODE["Person"], person)) == {
        ("name", "emile"), ("name", "ouimet"), ("aliases", "zed"), ("aliases", "le"), ("aliases", "grand"),
    }  # fmt: skip
    assert list(keys.search_keys(NODE["Identifier"], phone)) == [("value", "4505550123")]


@pytest.mark.parametrize("plate", ["QIO 123", "qio-123", "QIO123"])
def test_a_plate_is_found_as_one_word_and_by_its_parts(plate: str) -> None:
    assert set(keys.search_keys(NODE["Vehicle"], {"plate": plate})) == {
        ("plate", "qio123"),
        ("plate", "qio"),
        ("plate", "123"),
    }


def test_nothing_of_a_young_person_can_be_searched() -> None:
    assert (
        list(keys.search_keys(NODE["YoungPerson"], {"token": "J-2345", "ageBand": "14-15", "consent": "accepts"})) == []
    )


def test_the_secret_is_made_once_and_private(tmp_path: Path) -> None:
    path = tmp_path / "new" / "secret.key"

    first = keyring(path, create=True)
    second = keyring(path, create=True)

    assert first.id("Person", "k") == second.id("Person", "k")
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert len(bytes.fromhex(path.read_text(encoding="ascii"))) == 32


def test_two_installations_have_two_secrets(tmp_path: Path) -> None:
    one, other = (keyring(tmp_path / name, create=True) for name in "ab")

    assert one.id("Person", "k") != other.id("Person", "k")


def test_processes_that_start_together_share_one_secret(tmp_path: Path) -> None:
    path, ready = tmp_path / "secret.key", tmp_path / "go"
    code = (
        "import sys, time; from pathlib import Path; from mobilis_graph.keys import keyring\n"
        "while not Path(sys.argv[2]).exists(): time.sleep(0.001)\n"
        "print(keyring(Path(sys.argv[1]), create=True).id('Person', 'k'))"
    )
    started = [
        subprocess.Popen([sys.executable, "-c", code, path, ready], stdout=subprocess.PIPE, text=True) for _ in range(4)
    ]

    ready.touch()
    told = [process.communicate(timeout=30)[0] for process in started]

    assert len(set(told)) == 1
    assert len(told[0].strip()) == 32


def test_a_secret_seen_before_it_is_written_is_waited_for(tmp_path: Path) -> None:
    path = tmp_path / "secret.key"
    path.touch()
    code = f"import time, pathlib; time.sleep(0.3); pathlib.Path({str(path)!r}).write_text('ab' * 32)"

    with subprocess.Popen([sys.executable, "-c", code]):
        found = keyring(path, create=True)

    assert found.id("Person", "k") == Keyring(bytes.fromhex("ab" * 32)).id("Person", "k")


def test_a_missing_secret_is_told_with_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(
        ConfigError,
        match=r"secret\.key is missing; restore it from a backup: the ids of this database were made with it$",
    ):
        keyring(tmp_path / "secret.key", create=False)


@pytest.mark.parametrize(
    ("text", "fault"),
    [(b"abcd", "is cut short"), (b"not hexadecimal", "cannot be read"), ("é".encode("latin-1"), "cannot be read")],
)
def test_a_spoilt_secret_is_told_and_never_shown(tmp_path: Path, text: bytes, fault: str) -> None:
    path = tmp_path / "s.key"
    path.write_bytes(text)

    with pytest.raises(ConfigError, match=f"{fault}.*restore it from a backup") as told:
        keyring(path, create=True)

    assert text.decode("latin-1") not in str(told.value)
    assert path.read_bytes() == text


def test_a_secret_that_cannot_be_made_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").touch()

    with pytest.raises(ConfigError, match="cannot be read"):
        keyring(tmp_path / "file" / "secret.key", create=True)


@pytest.mark.skipif(os.name == "nt", reason="hash randomisation is set by an environment variable here")
def test_ids_are_the_same_in_every_process() -> None:
    code = "from mobilis_graph.keys import Keyring; print(Keyring(b'0123456789abcdef').id('Person', 'k'))"
    told = {
        subprocess.run(
            [sys.executable, "-c", code],
            env={**os.environ, "PYTHONHASHSEED": seed},
            capture_output=True,
            text=True,
            check=True,
        ).stdout.strip()
        for seed in "12"
    }

    assert told == {RING.id("Person", "k")}


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ({"address": "1420, rue des Forges"}, {"address": "1420 rue des Forges."}),
        ({"address": "12  Rue Oka", "unit": "3"}, {"address": "12 rue oka", "unit": "3"}),
    ],
)
def test_the_same_address_is_the_same_place(one: dict[str, str], other: dict[str, str]) -> None:
    assert keys.natural(NODE["Place"], one) == keys.natural(NODE["Place"], other) != None  # noqa: E711


def test_another_unit_is_another_place() -> None:
    one, other = ({"address": "12 rue Oka", "unit": unit} for unit in ("3", "4"))

    assert keys.natural(NODE["Place"], one) != keys.natural(NODE["Place"], other)


@pytest.mark.parametrize("said", ["QC", "Québec", "quebec", "Qué.", "P.Q."])
def test_a_province_is_known_by_its_names(said: str) -> None:
    car = {"plate": "QIO 123", "jurisdiction": said}

    assert keys.natural(NODE["Vehicle"], car) == "qio123\x1fqc"


def test_an_international_number_is_one_however_it_is_dialled() -> None:
    assert {keys.phone_key(t) for t in ("+33 6 12 34 56 78", "0033 6 12 34 56 78", "+33 (6) 12.34.56.78")} == {
        "+33612345678"
    }
    assert {keys.phone_key(t) for t in ("+1 450 555-0142", "450.555.0142", "1-450-555-0142")} == {"+14505550142"}
