"""Selections from rows on many workers: each looks at its own, and the driver picks among the best of all."""
