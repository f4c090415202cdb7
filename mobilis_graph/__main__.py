"""`python -m mobilis_graph`: the command line, where the `mobilis` script is not on the path."""

from mobilis_graph.cli import main

main()
