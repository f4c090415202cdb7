"""MOBILIS graph: tips about recruitment networks, as assertions in a graph one can question."""

__version__ = "0.1.0"
