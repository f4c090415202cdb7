"""What networkx works out on a Subgraph that was already cut for its viewer."""
