"""From the columns and vectors of a run to kernel objectives: one module a strategy."""
