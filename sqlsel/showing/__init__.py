"""How things show themselves in a notebook: HTML out of plain values, safe whatever these hold."""
