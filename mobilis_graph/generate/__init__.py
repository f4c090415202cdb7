"""
Fictional networks of 1,000 to 100,000 entities, written as native tables: `generate`.

Same arguments, same bytes, on every platform: one `random.Random`, drawn from in a fixed order, with
no transcendental function and no iteration over a set.
"""

from mobilis_graph.generate.network import generate

__all__ = ["generate"]
