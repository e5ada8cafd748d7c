"""Running a plan: SQL for the columns, kernels for the choice, and what came of it."""

from __future__ import annotations

from sqlsel.selection.by_groups import run_each
from sqlsel.selection.result import Selection
from sqlsel.selection.runner import run_plan

__all__ = ["Selection", "run_each", "run_plan"]
