"""Near-duplicates: groups of samples within a distance."""
