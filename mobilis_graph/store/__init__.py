"""Questions about the network and changes to it, as functions over a desk."""

from mobilis_graph.store.captions import caption
from mobilis_graph.store.profile import profile, tie
from mobilis_graph.store.search import search
from mobilis_graph.store.state import Meta, meta
from mobilis_graph.store.tips import retract, tip_id
from mobilis_graph.store.walk import counts, neighbour_counts, neighbours, network, start

__all__ = (
    "Meta",
    "caption",
    "counts",
    "meta",
    "neighbour_counts",
    "neighbours",
    "network",
    "profile",
    "retract",
    "search",
    "start",
    "tie",
    "tip_id",
)
