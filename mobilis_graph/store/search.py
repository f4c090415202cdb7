"""Find entities by the beginning of words: names, aliases, plates, numbers, addresses, tip references, tip texts."""

import re

from mobilis_graph import keys
from mobilis_graph.desk import Desk
from mobilis_graph.graph import Entity, Hit
from mobilis_graph.store.walk import entities

SHORTEST = 2  # letters; one letter would list half the town
AROUND = 40  # characters of a tip's text on either side of a word that was found
_TOKEN = re.compile(r"\w+")
_LETTER = re.compile(r"[^\W\d_]")


def search(desk: Desk, text: str, *, limit: int = 20) -> tuple[tuple[Hit, ...], int]:
    """Return the hits for all words of a text, exact words first, then those of most tips, and how many there are.

    Each hit says which fields matched and what tips say there. A search is logged as a keyed hash of its folded
    words; a text without a word of two letters or digits finds nothing.
    """
    asked = _words(text)
    if not asked:
        return (), 0
    look = desk.search(" ".join(asked))
    found = look.read("search/words", words=asked, limit=limit)[0]
    texts = look.read("search/texts", query=" AND ".join(asked), words=asked, limit=limit)[0]
    why = {hit["id"]: hit["why"] for hit in found["hits"]}
    exact = {hit["id"]: hit["exact"] for hit in found["hits"]}
    best = sorted(entities(look, list(why)), key=lambda e: (-exact[e.id], -e.tips, e.caption, e.id))
    hits = [_hit(entity, why[entity.id]) for entity in best]
    more = texts["ids"][: limit - len(hits)]
    hits += [Hit(entity=tip, why=(("text", _excerpt(tip, asked)),)) for tip in entities(look, more)]
    return tuple(hits), found["total"] + texts["total"]


def _words(text: str) -> list[str]:
    """The distinct folded words of a search; a telephone number, however it is typed, is one word."""
    distinct = list(dict.fromkeys(keys.words(text)))
    phone = "" if _LETTER.search(text) else keys.phone_key(text)  # CJM-2026-000123 is no number
    if phone and "*" not in phone:
        return [phone.removeprefix("+1")]
    return [w for w in distinct if len(w) >= SHORTEST or w.isdigit()][:12]


def _hit(entity: Entity, why: list[str]) -> Hit:
    told = ((field, _said(entity, field, key)) for field, _, key in (w.partition("=") for w in why))
    return Hit(entity=entity, why=tuple(dict.fromkeys(told)))


def _said(entity: Entity, field: str, key: str) -> str:
    """What tips say in a field that one key found; the key itself where another mention said it."""
    values = [str(value) for value in entity.facts.get(field, ())]
    kind = str(entity.facts.get("kind", ("",))[0])
    return next((v for v in values if key in keys.key_words(field, kind, v)), key)


def _excerpt(tip: Entity, asked: list[str]) -> str:
    """The words around the first one found; of a disclosure none, for those are folded away until asked for."""
    text = str(tip.facts.get("text", ("",))[0])
    if tip.facts.get("disclosure") or not text:
        return " ".join(asked)
    at = next((m.start() for m in _TOKEN.finditer(text) if keys.fold(m[0]).startswith(asked[0])), 0)
    start, end = max(0, at - AROUND), min(len(text), at + AROUND)
    return ("…" if start else "") + text[start:end].strip() + ("…" if end < len(text) else "")
