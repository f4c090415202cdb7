"""Tables into tips: read, check, stage on disk, write whole."""
