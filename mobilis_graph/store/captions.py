"""What an entity is called on the screen: only what visible tips say of it, '' where they do not."""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from mobilis_graph.schema import NODE

_ABOUT = frozenset(p.name for node in NODE.values() for p in node.props)


def facts(said: Sequence[Mapping[str, Any]]) -> dict[str, tuple[Any, ...]]:
    """Gather mentions (newest first) into distinct values by property; the value most tips say comes first.

    What a tip denies is no fact of the entity.
    """
    found: dict[str, Counter[Any]] = {}
    for mention in said:
        if mention.get("polarity") == "denies":
            continue
        for name, value in mention.items():
            if name not in _ABOUT or name in ("sourceGrade", "contentGrade", "origin"):
                continue
            for one in value if isinstance(value, list) else (value,):
                found.setdefault(name, Counter())[one] += 1
    return {name: tuple(v for v, _ in counter.most_common()) for name, counter in sorted(found.items())}


def caption(label: str, known: Mapping[str, Sequence[Any]]) -> str:
    """The caption of an entity of that label."""

    def first(name: str) -> str:
        return str(known[name][0]) if known.get(name) else ""

    if label == "Person":
        return f"« {first('aliases')} »" if first("aliases") else first("name")
    if label == "Vehicle":
        model = first("model")
        kind = model if any(c.isalpha() for c in model) else f"{first('make')} {model}".strip()  # a 3 is a Mazda 3
        look = " ".join(part for part in (kind, first("colour")) if part)
        return " · ".join(part for part in (look, first("plate")) if part)
    if label == "Place":
        street = first("address") + (f", {first('unit')}" if first("unit") else "")
        return first("name") or street or first("municipality")
    if label == "Event":
        return first("title") or first("startedAt")[:10]
    return next((first(name) for name in NODE[label].caption if first(name)), "")
