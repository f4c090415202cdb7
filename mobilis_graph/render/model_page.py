"""docs/model.md, written from the one declaration: `mobilis model > docs/model.md`."""

from collections.abc import Iterator
from dataclasses import asdict
from typing import Any

from mobilis_graph import schema
from mobilis_graph.schema import NodeType, Prop, RelType

_HEAD = """# The model

Written by `mobilis model` from `mobilis_graph/schema.py`; a test compares the two. Every relationship is one
assertion by one tip; what a tip says of an entity stands on its `MENTIONS`; nodes carry only `key`, `id`, `guard`
and `canon`. Each assertion also carries `id, tip, recordedAt, retractedAt, origin, guard, loadedAt, loadedFrom`.

Guards, from mildest to strictest: {guards}. An assertion takes the strictest of its tip, its ends and its type;
a tip in state `received` is `restricted`.
"""


def page() -> str:
    """The whole page, in Markdown."""
    return "\n".join(_lines()) + "\n"


def as_data() -> dict[str, Any]:
    """The declaration as plain data, for scripts."""
    return {"nodes": [asdict(n) for n in schema.NODES], "relationships": [asdict(r) for r in schema.RELS]}


def _lines() -> Iterator[str]:
    yield _HEAD.format(guards=", ".join(f"`{g}`" for g in schema.GUARDS))
    yield "## Entities\n"
    for node in schema.NODES:
        yield from _node(node)
    yield "## Relationships\n"
    yield "| type | told as | from → to | direction | guard | own properties |"
    yield "|---|---|---|---|---|---|"
    yield from map(_rel, schema.RELS)
    yield ""
    yield "Besides: `MENTIONS` (tip → entity), `CONTRADICTS` (tip → tip, `assertion` = id of what it contradicts),"
    yield "`SAME_AS` (a judgement between two entities of one type).\n"
    yield "## On every assertion and mention\n"
    yield from _props(schema.ASSERTION_PROPS)


def _node(node: NodeType) -> Iterator[str]:
    yield f"### {node.name} – {node.label.fr} / {node.label.en}\n"
    key = ", ".join(f"`{n}`" for n in node.natural) if node.natural else "source + `ref`"
    yield f"Table `{node.table}`; guard `{node.guard}`; the same thing by {key}.\n"
    yield from _props(node.props)


def _props(props: tuple[Prop, ...]) -> Iterator[str]:
    yield "| property | français | English | kind | values |"
    yield "|---|---|---|---|---|"
    for prop in props:
        star = " *" if prop.required else ""
        values = ", ".join(c.value for c in prop.choices)
        yield f"| `{prop.name}`{star} | {prop.label.fr} | {prop.label.en} | {prop.kind} | {values} |"
    yield ""


def _rel(rel: RelType) -> str:
    of = [f" (`{kind}`)" if kind else "" for kind in rel.kinds]
    ends = "; ".join(f"{a}{of[0]} {'→' if rel.directed else '–'} {b}{of[1]}" for a, b in rel.ends)
    own = ", ".join(f"`{p.name}`" for p in rel.props)
    return (
        f"| `{rel.name}` | {rel.label.fr} / {rel.label.en} | {ends} | {'directed' if rel.directed else 'undirected'} "
        f"| `{rel.guard}` | {own} |"
    )
