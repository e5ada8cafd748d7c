"""What tags are worth: two beside each other, and one as it grows."""

from __future__ import annotations

from sqlsel.measuring.comparison import Compared, Comparison, Overlap
from sqlsel.measuring.curve import Curve, CurvePoint

__all__ = ["Compared", "Comparison", "Curve", "CurvePoint", "Overlap"]
