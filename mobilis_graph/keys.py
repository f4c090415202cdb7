"""Folding, natural keys, opaque ids: what makes two records the same thing, and what is shown of them.

An id is an HMAC with a secret made once per installation: the same on every load, never guessable.
"""

import hashlib
import hmac
import os
import re
import secrets
import time
import unicodedata
from collections.abc import Mapping
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

from mobilis_graph.errors import ConfigError
from mobilis_graph.schema import NODE, NodeType

TOKEN = re.compile(r"J-(?=[0-9A-Z]*[0-9])[2-9BCDFGHJKMNPQRSTVWXZ]{4,8}")  # opaque: it cannot spell a name
_WORD = re.compile(r"\w+")
_PLATE_PART = re.compile(r"[a-z]{2,}|[0-9]{2,}")  # so that a plate typed with a space is found as well


class Keyring:
    """The secret of one installation, and what is made with it."""

    def __init__(self, secret: bytes) -> None:
        self._secret = secret

    def id(self, label: str, key: str) -> str:
        """The opaque id of the entity of that label and key: 32 hexadecimal digits."""
        return self.sign("id", label, key)

    def sign(self, *parts: str) -> str:
        """An opaque digest of some words, for ids of assertions, origins and logged searches."""
        return hmac.digest(self._secret, "\x1f".join(parts).encode(), "sha256").hex()[:32]


def keyring(path: Path, *, create: bool) -> Keyring:
    """Read the secret of this installation; make it (0600) when `create` and there is none."""
    try:
        if create and not path.exists():
            path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with os.fdopen(descriptor, "w", encoding="ascii") as file:
                file.write(secrets.token_hex(32))
        secret = bytes.fromhex(_written(path))
    except FileExistsError:
        return keyring(path, create=False)
    except FileNotFoundError as exc:
        raise ConfigError(
            f"the secret {path} is missing; restore it from a backup: the ids of this database were made with it"
        ) from exc
    except (OSError, ValueError) as exc:
        raise ConfigError(f"the secret {path} cannot be read; restore it from a backup (ids depend on it)") from exc
    if len(secret) < 16:
        raise ConfigError(f"the secret {path} is cut short; restore it from a backup (ids depend on it)")
    return Keyring(secret)


def _written(path: Path) -> str:
    """The text of the secret; a process that starts at the same instant may not have written it yet."""
    for _ in range(20):
        if text := path.read_text(encoding="ascii").strip():
            return text
        time.sleep(0.05)
    return ""


_FOREIGN = re.compile(r"(?:\+|00)((?!1)[0-9]{8,14})")
REMEMBERED = 200  # characters; longer texts are folded once and would only fill the memory


def fold(text: str) -> str:
    """Lower case, no accents, single spaces: how two spellings of one name compare.

    >>> fold("  Émilie-Ève   Côté ")
    'emilie-eve cote'
    """
    return _remembered_fold(text) if len(text) < REMEMBERED else _folded(text)


def _folded(text: str) -> str:
    if not text.isascii():
        text = "".join(c for c in unicodedata.normalize("NFKD", text) if c < "\x80" or not unicodedata.combining(c))
    return " ".join(text.casefold().replace("’", "'").replace("œ", "oe").replace("æ", "ae").split())


_remembered_fold = lru_cache(maxsize=65536)(_folded)


def words(text: str) -> tuple[str, ...]:
    """The folded words of a text, in order."""
    return _words(text) if len(text) < REMEMBERED else tuple(_WORD.findall(_folded(text)))


@lru_cache(maxsize=65536)
def _words(text: str) -> tuple[str, ...]:
    return tuple(_WORD.findall(_folded(text)))


@lru_cache(maxsize=65536)
def plate_key(text: str) -> str:
    """A plate as it compares: upper case, no spaces or dashes; `_` and `.` become `?`.

    >>> plate_key("qio-1 2.")
    'QIO12?'
    """
    return re.sub(r"[^0-9A-Z?*]", "", fold(text).upper().replace("_", "?").replace(".", "?"))


def phone_key(text: str) -> str:
    """A North American number as +1 and ten digits, another one as + and its digits; unknown digits stay `*`.

    '' when it is neither.
    """
    if foreign := _FOREIGN.fullmatch(re.sub(r"[\s().-]", "", text)):
        return "+" + foreign[1]
    digits = re.sub(r"[^0-9*]", "", text.replace("?", "*"))
    if len(digits) == 11 and digits.startswith("1"):
        digits = digits[1:]
    return "+1" + digits if len(digits) == 10 else ""


def value_key(kind: str, text: str) -> str:
    """An identifier as it compares, '' when it is not known in full."""
    if kind == "phone":
        key = phone_key(text)
        return "" if "*" in key else key
    folded = fold(text).replace(" ", "")
    return "" if "*" in folded or "?" in folded else folded.removeprefix("@")


def natural(node: NodeType, props: Mapping[str, Any]) -> str | None:
    """The natural key of a record, or None where it does not say enough to have one."""
    values = dict(props)
    if "plateKey" in node.natural:
        plate = plate_key(str(props.get("plate", "")))
        values["plateKey"] = "" if "?" in plate or "*" in plate else plate
    if "valueKey" in node.natural:
        values["valueKey"] = value_key(str(props.get("kind", "")), str(props.get("value", "")))
    if not node.needs or not all(values.get(name) for name in node.needs):
        return None
    return "\x1f".join(_compared(name, str(values.get(name) or "")) for name in node.natural)


def _compared(name: str, value: str) -> str:
    """A value of a natural key as it compares: a comma in an address, or `Québec` for QC, makes no other thing."""
    if name == "address":
        return " ".join(fold(value).translate(_STOPS).split())
    if name == "jurisdiction":
        folded = fold(value).replace(".", "")
        return _JURISDICTIONS.get(folded, folded)
    return fold(value)


_STOPS = str.maketrans(",.", "  ")
_JURISDICTIONS = {
    name: code
    for code, names in {
        "qc": "quebec que pq",
        "on": "ontario ont",
        "nb": "nouveau-brunswick new-brunswick",
        "ns": "nouvelle-ecosse nova-scotia",
        "pe": "ile-du-prince-edouard prince-edward-island ipe pei",
        "nl": "terre-neuve-et-labrador newfoundland-and-labrador terre-neuve newfoundland",
        "mb": "manitoba",
        "sk": "saskatchewan",
        "ab": "alberta",
        "bc": "colombie-britannique british-columbia",
        "yt": "yukon",
        "nt": "territoires-du-nord-ouest northwest-territories",
        "nu": "nunavut",
        "ny": "new-york",
        "vt": "vermont",
    }.items()
    for spelt in names.split()
    for name in (spelt, spelt.replace("-", " "))
}


def key(label: str, identity: str) -> str:
    """What is stored: hashed, for index entries have a size limit."""
    return hashlib.sha256(f"{label}\x1f{identity}".encode()).hexdigest()[:40]


@cache
def _searched(label: str) -> tuple[str, ...]:
    return tuple(p.name for p in NODE[label].props if p.search)


def search_keys(node: NodeType, props: Mapping[str, Any]) -> tuple[tuple[str, str], ...]:
    """Return (field, key) for each word by which this record may be found."""
    said = tuple(tuple(v) if isinstance(v, list) else v for v in map(props.get, _searched(node.name)))
    return _keys_of(node.name, props.get("kind"), said)


@lru_cache(maxsize=16384)  # a load says the same of the same thing in many tips
def _keys_of(label: str, kind: str | None, said: tuple[Any, ...]) -> tuple[tuple[str, str], ...]:
    return tuple(
        (name, word)
        for name, value in zip(_searched(label), said, strict=True)
        if value is not None
        for text in (value if isinstance(value, tuple) else (str(value),))
        for word in key_words(name, kind, text)
    )


def key_words(name: str, kind: str | None, text: str) -> tuple[str, ...]:
    """The words that find one value: of a plate its parts too, a telephone number is one word."""
    if name == "plate":
        plate = plate_key(text).lower()
        return tuple(dict.fromkeys((plate, *_PLATE_PART.findall(plate))))
    if name == "value" and kind == "phone":
        return (phone_key(text).removeprefix("+1") or fold(text),)
    return words(text)
