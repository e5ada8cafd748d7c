"""SIMILARITY in a config."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from sqlsel.config.strategies.base import RankingStrategy


class SimilarityStrategy(RankingStrategy):
    """Samples near the queries of another dataset."""

    looks_at = "vectors"
    needs_queries = True

    type: Literal["SIMILARITY"] = Field(description="Choose samples near the queries.")

    def wanted(self, label: str, queries: str | None) -> str:
        """Near the queries."""
        return f"near {queries}, by {label}"

    def asked(self, queries: str | None) -> str:
        """Near the queries."""
        return f"near {queries}"
