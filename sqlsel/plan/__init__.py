"""From a declaration to a plan, and from the plan to SQL. No engine is needed to make or to read a plan."""

from __future__ import annotations

from sqlsel.plan.explain import explain_plan
from sqlsel.plan.model import Among, Plan, Preselected, Request, Since
from sqlsel.plan.planner import make_plan
from sqlsel.plan.rendering import render

__all__ = ["Among", "Plan", "Preselected", "Request", "Since", "explain_plan", "make_plan", "render"]
