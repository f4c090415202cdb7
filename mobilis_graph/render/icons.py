"""
Icons as SVG data URIs: shape, glyph and colour by type, so that no type is told by colour alone.

The glyphs are Lucide 1.62.0, unmodified, in `lucide/` with their licence (ISC; some MIT).
"""

from base64 import b64encode
from functools import cache
from pathlib import Path

from mobilis_graph.schema import NODE

GREY = "#6F7785"  # a place that links nobody
GLYPHS = Path(__file__).parent / "lucide"

# On a field of 64 by 64; the glyph sits at its middle, moved and scaled by (x, y, scale).
SHAPES = {
    "circle": ('<circle cx="32" cy="32" r="28"/>', (32, 32, 1.35)),
    "shield": (
        '<path d="M32 3C24 9 15 11 7 11v21c0 15 11 24 25 29 14-5 25-14 25-29V11C49 11 40 9 32 3z"/>',
        (32, 31, 1.3),
    ),
    "hexagon": ('<path d="M32 3 58 17.500V46.500L32 61 6 46.500V17.500z"/>', (32, 32, 1.3)),
    "square": ('<rect x="5" y="5" width="54" height="54" rx="13"/>', (32, 32, 1.45)),
    "diamond": ('<rect x="10.5" y="10.5" width="43" height="43" rx="7" transform="rotate(45 32 32)"/>', (32, 32, 1.2)),
    "tag": ('<path d="M20 8h34a6 6 0 0 1 6 6v36a6 6 0 0 1-6 6H20L3 36a6 6 0 0 1 0-8z"/>', (36, 32, 1.25)),
    "ticket": (
        '<path d="M11 6h42a6 6 0 0 1 6 6v12a8 8 0 0 0 0 16v12a6 6 0 0 1-6 6H11a6 6 0 0 1-6-6V40a8 8 0 0 0 0-16'
        'V12a6 6 0 0 1 6-6z"/>',
        (32, 32, 1.3),
    ),
    "bubble": (
        '<path d="M12 4h40a8 8 0 0 1 8 8v30a8 8 0 0 1-8 8H30L17 61V50h-5a8 8 0 0 1-8-8V12a8 8 0 0 1 8-8z"/>',
        (32, 27, 1.2),
    ),
}


@cache
def icon(node_type: str, *, grey: bool = False) -> str:
    """The icon of a node type, with a white ring that keeps it apart from lines and from dark paper."""
    node = NODE[node_type]
    shape, (x, y, scale) = SHAPES[node.shape]
    fill = GREY if grey else node.colour
    svg = (
        '<svg xmlns="http://www.w3.org/2000/svg" width="128" height="128" viewBox="0 0 64 64">'
        f'<g fill="{fill}" stroke="#fff" stroke-width="3.5" stroke-linejoin="round">{shape}</g>'
        f'<g transform="translate({x} {y}) scale({scale}) translate(-12 -12)" fill="none" stroke="#fff" '
        f'stroke-width="2" stroke-linecap="round" stroke-linejoin="round">{_glyph(node.icon)}</g></svg>'
    )
    return "data:image/svg+xml;base64," + b64encode(svg.encode()).decode()


def _glyph(name: str) -> str:
    """What is drawn inside one Lucide file."""
    inside = (GLYPHS / f"{name}.svg").read_text(encoding="utf-8").partition("\n>")[2]
    return " ".join(inside.removesuffix("</svg>\n").split())


def name(node_type: str, *, grey: bool = False) -> str:
    """The key under which `images` holds an icon."""
    return f"{node_type}-grey" if grey else node_type


def images(wanted: set[tuple[str, bool]]) -> dict[str, str]:
    """Each icon once for a whole picture: (node type, grey) → data URI."""
    return {name(t, grey=grey): icon(t, grey=grey) for t, grey in sorted(wanted)}
