-- funnel
WITH "sqlsel_inputs" AS (
  SELECT
    "s"."sample_id",
    FALSE AS "preselected",
    "input_1"."value" AS "input_1",
    CAST("s"."metadata"."digit" AS TEXT) AS "input_2"
  FROM "demo"."digits"."samples" AS "s"
  LEFT JOIN (
    SELECT
      "sample_id",
      sqlsel_uncertainty_entropy("probabilities") AS "value"
    FROM "demo"."digits"."predictions"
    WHERE
      "task" = 'digit_classification'
  ) AS "input_1"
    ON "s"."sample_id" = "input_1"."sample_id"
)
SELECT
  COUNT(*) FILTER(WHERE
    "preselected") AS "preselected",
  COUNT(*) FILTER(WHERE
    NOT "preselected") AS "admitted",
  COUNT(*) FILTER(WHERE
    NOT "preselected" AND "input_1" IS NULL) AS "missing_input_1",
  COUNT(*) FILTER(WHERE
    NOT "preselected" AND "input_1" IS NOT NULL) AS "complete",
  COUNT(*) FILTER(WHERE
    NOT "preselected" AND "input_1" IS NOT NULL) AS "candidates"
FROM "sqlsel_inputs";

-- selection
WITH "sqlsel_inputs" AS (
  SELECT
    "s"."sample_id",
    FALSE AS "preselected",
    "input_1"."value" AS "input_1",
    CAST("s"."metadata"."digit" AS TEXT) AS "input_2"
  FROM "demo"."digits"."samples" AS "s"
  LEFT JOIN (
    SELECT
      "sample_id",
      sqlsel_uncertainty_entropy("probabilities") AS "value"
    FROM "demo"."digits"."predictions"
    WHERE
      "task" = 'digit_classification'
  ) AS "input_1"
    ON "s"."sample_id" = "input_1"."sample_id"
), "sqlsel_in_play" AS (
  SELECT
    *
  FROM "sqlsel_inputs"
  WHERE
    "preselected" OR (
      "input_1" IS NOT NULL
    )
), "sqlsel_limited" AS (
  SELECT
    *,
    "input_2" IS NULL
    OR (
      ROW_NUMBER() OVER (
        PARTITION BY "input_2"
        ORDER BY "preselected" DESC, "input_1" DESC, sqlsel_tie("sample_id", 0) ASC, "sample_id" ASC
      ) <= 5
    ) AS "within_limit"
  FROM "sqlsel_in_play"
), "sqlsel_first" AS (
  SELECT
    *
  FROM "sqlsel_limited"
  WHERE
    NOT "preselected" AND "within_limit"
  ORDER BY
    "input_1" DESC,
    sqlsel_tie("sample_id", 0) ASC,
    "sample_id" ASC
  LIMIT 50
)
SELECT
  "k"."sample_id",
  "s"."file_name",
  "k"."rank",
  "k"."value"
FROM (
  SELECT
    "sample_id",
    ROW_NUMBER() OVER (ORDER BY "input_1" DESC, sqlsel_tie("sample_id", 0) ASC, "sample_id" ASC) AS "rank",
    "input_1" AS "value"
  FROM "sqlsel_first"
) AS "k"
JOIN "demo"."digits"."samples" AS "s"
  ON "k"."sample_id" = "s"."sample_id"
ORDER BY
  "k"."rank" ASC,
  "k"."sample_id" ASC;

-- pool
WITH "sqlsel_inputs" AS (
  SELECT
    "s"."sample_id",
    FALSE AS "preselected",
    "input_1"."value" AS "input_1",
    CAST("s"."metadata"."digit" AS TEXT) AS "input_2"
  FROM "demo"."digits"."samples" AS "s"
  LEFT JOIN (
    SELECT
      "sample_id",
      sqlsel_uncertainty_entropy("probabilities") AS "value"
    FROM "demo"."digits"."predictions"
    WHERE
      "task" = 'digit_classification'
  ) AS "input_1"
    ON "s"."sample_id" = "input_1"."sample_id"
), "sqlsel_in_play" AS (
  SELECT
    *
  FROM "sqlsel_inputs"
  WHERE
    "preselected" OR (
      "input_1" IS NOT NULL
    )
)
SELECT
  AVG("input_1") AS "mean"
FROM "sqlsel_in_play"
WHERE
  NOT "preselected";

-- limit:digit
WITH "sqlsel_inputs" AS (
  SELECT
    "s"."sample_id",
    FALSE AS "preselected",
    "input_1"."value" AS "input_1",
    CAST("s"."metadata"."digit" AS TEXT) AS "input_2"
  FROM "demo"."digits"."samples" AS "s"
  LEFT JOIN (
    SELECT
      "sample_id",
      sqlsel_uncertainty_entropy("probabilities") AS "value"
    FROM "demo"."digits"."predictions"
    WHERE
      "task" = 'digit_classification'
  ) AS "input_1"
    ON "s"."sample_id" = "input_1"."sample_id"
), "sqlsel_in_play" AS (
  SELECT
    *
  FROM "sqlsel_inputs"
  WHERE
    "preselected" OR (
      "input_1" IS NOT NULL
    )
)
SELECT
  "value",
  "chosen",
  "left"
FROM (
  SELECT
    "p"."input_2" AS "value",
    COUNT(*) FILTER(WHERE
      "p"."preselected" OR "c"."sample_id" IS NOT NULL) AS "chosen",
    COUNT(*) FILTER(WHERE
      NOT (
        "p"."preselected" OR "c"."sample_id" IS NOT NULL
      )) AS "left"
  FROM "sqlsel_in_play" AS "p"
  LEFT JOIN "sqlsel_chosen" AS "c"
    ON "p"."sample_id" = "c"."sample_id"
  GROUP BY
    "p"."input_2"
) AS "sqlsel_counted"
WHERE
  "value" IS NULL OR "chosen" >= 5
ORDER BY
  "value" ASC;
