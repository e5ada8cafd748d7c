"""The demo: real data that comes with scikit-learn, ingested and selected from. Nothing is downloaded."""

from __future__ import annotations

from sqlsel.demo.making import Demo, make_demo

__all__ = ["Demo", "make_demo"]
