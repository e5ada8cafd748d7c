"""What ``explain`` returns: the plan to read, and its SQL."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlsel.plan import Plan, explain_plan
from sqlsel.plan.rendering import Dialect, script
from sqlsel.showing.datasets import plan_html

if TYPE_CHECKING:
    from sqlsel.errors import Problem


@dataclass(frozen=True, slots=True)
class Explanation:
    """A plan that was made and not run.

    Attributes:
        plan: The plan that ``select`` would run.
        notices: What is worth knowing about the config.
    """

    plan: Plan
    notices: tuple[Problem, ...] = ()

    def sql(self, dialect: Dialect = "duckdb") -> str:
        """Every statement that ``select`` would run, as one script.

        Args:
            dialect: ``duckdb``, or ``spark`` for the same statements in Spark SQL.
        """
        return script(self.plan, dialect)

    def __str__(self) -> str:
        return explain_plan(self.plan)

    def __repr__(self) -> str:
        return "\n".join([str(self), *(f"note: {notice}" for notice in self.notices)])

    def _repr_html_(self) -> str:
        """What a notebook shows: the plan, and its SQL to unfold."""
        return plan_html(str(self), [str(notice) for notice in self.notices], self.sql())
