"""What may stand in an expression. Everything else is refused, whatever an engine would make of it.

Nothing here reads files, settings, the environment or the clock, depends on other rows or on chance, or makes long
texts out of short ones. What is allowed means the same on each engine.
"""

from __future__ import annotations

from sqlglot import exp

FUNCTIONS: dict[str, type[exp.Func]] = {
    "abs": exp.Abs,
    "sign": exp.Sign,
    "round": exp.Round,
    "floor": exp.Floor,
    "ceil": exp.Ceil,
    "trunc": exp.Trunc,
    "sqrt": exp.Sqrt,
    "cbrt": exp.Cbrt,
    "exp": exp.Exp,
    "ln": exp.Ln,
    "log": exp.Log,
    "pow": exp.Pow,
    "sin": exp.Sin,
    "cos": exp.Cos,
    "tan": exp.Tan,
    "asin": exp.Asin,
    "acos": exp.Acos,
    "atan": exp.Atan,
    "atan2": exp.Atan2,
    "pi": exp.Pi,
    "greatest": exp.Greatest,
    "least": exp.Least,
    "coalesce": exp.Coalesce,
    "nullif": exp.Nullif,
    "if": exp.If,
    "isnan": exp.IsNan,
    "lower": exp.Lower,
    "upper": exp.Upper,
    "trim": exp.Trim,
    "length": exp.Length,
    "left": exp.Left,
    "right": exp.Right,
    "substring": exp.Substring,
    "concat": exp.Concat,
    "contains": exp.Contains,
    "starts_with": exp.StartsWith,
    "ends_with": exp.EndsWith,
    "strpos": exp.StrPosition,
    "split_part": exp.SplitPart,
    "regexp_matches": exp.RegexpLike,
    "regexp_extract": exp.RegexpExtract,
    "list_contains": exp.ArrayContains,
    "year": exp.Year,
    "quarter": exp.Quarter,
    "month": exp.Month,
    "day": exp.Day,
    "isodow": exp.DayOfWeekIso,
    "hour": exp.Hour,
    "minute": exp.Minute,
    "second": exp.Second,
    "date_trunc": exp.TimestampTrunc,
    "epoch": exp.TimeToUnix,
}
"""The functions by the name that messages show; aliases (``len``, ``log10``, ``substr``) are the same ones."""

OPERATORS: frozenset[type[exp.Expr]] = frozenset(
    {
        *(exp.Add, exp.Sub, exp.Mul, exp.Div, exp.IntDiv, exp.Mod, exp.Neg, exp.DPipe),
        *(exp.EQ, exp.NEQ, exp.LT, exp.LTE, exp.GT, exp.GTE, exp.NullSafeEQ, exp.NullSafeNEQ),
        *(exp.And, exp.Or, exp.Not, exp.Is, exp.In, exp.Between, exp.Like, exp.ILike, exp.Escape),
        *(exp.Paren, exp.Case, exp.Cast, exp.TryCast, exp.Extract, exp.DateTrunc),
    }
)

VALUES: frozenset[type[exp.Expr]] = frozenset(
    {exp.Column, exp.Dot, exp.Identifier, exp.Literal, exp.Boolean, exp.Null, exp.DataType, exp.DataTypeParam, exp.Var}
)

NODES = OPERATORS | VALUES | frozenset(FUNCTIONS.values())

UNITS = frozenset({"YEAR", "QUARTER", "MONTH", "WEEK", "DAY", "HOUR", "MINUTE", "SECOND"})
"""What ``extract`` and ``date_trunc`` take."""

TYPES: dict[str, frozenset[exp.DType]] = {
    "BOOLEAN": frozenset({exp.DType.BOOLEAN}),
    "INTEGER": frozenset({exp.DType.TINYINT, exp.DType.SMALLINT, exp.DType.INT, exp.DType.BIGINT, exp.DType.INT128}),
    "DOUBLE": frozenset({exp.DType.FLOAT, exp.DType.DOUBLE}),
    "DECIMAL": frozenset({exp.DType.DECIMAL}),
    "VARCHAR": frozenset({exp.DType.VARCHAR, exp.DType.TEXT}),
    "DATE": frozenset({exp.DType.DATE}),
    "TIMESTAMP": frozenset({exp.DType.TIMESTAMP, exp.DType.TIMESTAMPTZ, exp.DType.TIMESTAMPNTZ}),
}
"""The types that values are cast to, by the name that messages show."""

PLAIN_TYPES = frozenset().union(*TYPES.values())
