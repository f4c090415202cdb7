"""From a Subgraph to a picture: nodes, edges, icons."""
