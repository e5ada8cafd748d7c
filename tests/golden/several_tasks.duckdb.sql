-- inputs
CREATE TEMPORARY TABLE "sqlsel_inputs" AS
SELECT
  "s"."sample_id",
  FALSE AS "preselected",
  "input_1"."value" AS "input_1",
  "input_2"."value" AS "input_2",
  CAST("input_3"."value" AS DOUBLE) AS "input_3"
FROM "demo"."sheets"."samples" AS "s"
LEFT JOIN (
  SELECT
    "sample_id",
    COALESCE("probabilities", []) AS "value"
  FROM "demo"."sheets"."predictions"
  WHERE
    "task" = 'paper_classification'
) AS "input_1"
  ON "s"."sample_id" = "input_1"."sample_id"
LEFT JOIN (
  SELECT
    "sample_id",
    COALESCE(MAX(sqlsel_uncertainty_margin("probabilities")), 0.0e0) AS "value"
  FROM "demo"."sheets"."predictions"
  WHERE
    "task" = 'digit_detection'
  GROUP BY
    "sample_id"
) AS "input_2"
  ON "s"."sample_id" = "input_2"."sample_id"
LEFT JOIN (
  SELECT
    "sample_id",
    COUNT("category") AS "value"
  FROM "demo"."sheets"."predictions"
  WHERE
    "task" = 'digit_detection'
  GROUP BY
    "sample_id"
) AS "input_3"
  ON "s"."sample_id" = "input_3"."sample_id";

-- funnel
SELECT
  COUNT(*) FILTER(WHERE
    "preselected") AS "preselected",
  COUNT(*) FILTER(WHERE
    NOT "preselected") AS "admitted",
  COUNT(*) FILTER(WHERE
    NOT "preselected" AND "input_1" IS NULL) AS "missing_input_1",
  COUNT(*) FILTER(WHERE
    NOT "preselected" AND "input_2" IS NULL) AS "missing_input_2",
  COUNT(*) FILTER(WHERE
    NOT "preselected" AND "input_3" IS NULL) AS "missing_input_3",
  COUNT(*) FILTER(WHERE
    NOT "preselected"
    AND "input_1" IS NOT NULL
    AND "input_2" IS NOT NULL
    AND "input_3" IS NOT NULL) AS "complete",
  COUNT(*) FILTER(WHERE
    NOT "preselected"
    AND "input_1" IS NOT NULL
    AND "input_2" IS NOT NULL
    AND "input_3" IS NOT NULL
    AND NOT (
      "input_3" >= 1.0e0
    )) AS "removed_1",
  COUNT(*) FILTER(WHERE
    NOT "preselected"
    AND "input_1" IS NOT NULL
    AND "input_2" IS NOT NULL
    AND "input_3" IS NOT NULL
    AND "input_3" >= 1.0e0) AS "candidates"
FROM "sqlsel_inputs";

-- in_play
CREATE TEMPORARY TABLE "sqlsel_in_play" AS
SELECT
  ROW_NUMBER() OVER (ORDER BY sqlsel_tie("sample_id", 0) ASC, "sample_id" ASC) - 1 AS "position",
  *
FROM "sqlsel_inputs"
WHERE
  "preselected"
  OR (
    "input_1" IS NOT NULL
    AND "input_2" IS NOT NULL
    AND "input_3" IS NOT NULL
    AND "input_3" >= 1.0e0
  );

-- columns
SELECT
  "position",
  "preselected",
  "input_1",
  "input_2",
  "input_3"
FROM "sqlsel_in_play"
ORDER BY
  "position" ASC;

-- picked
SELECT
  "k"."sample_id",
  "s"."file_name",
  "k"."rank"
FROM (
  SELECT
    "p"."sample_id",
    "n"."rank"
  FROM "sqlsel_picks" AS "n"
  JOIN "sqlsel_in_play" AS "p"
    ON "n"."position" = "p"."position"
) AS "k"
JOIN "demo"."sheets"."samples" AS "s"
  ON "k"."sample_id" = "s"."sample_id"
ORDER BY
  "k"."rank" ASC,
  "k"."sample_id" ASC;

-- mixes balance:paper_classification
SELECT
  "category",
  "probabilities"
FROM "demo"."sheets"."predictions"
WHERE
  "task" = 'paper_classification'
  AND "sample_id" IN (
    SELECT
      "sample_id"
    FROM "sqlsel_chosen"
  )
  AND "object_index" IS NOT NULL
ORDER BY
  "sample_id" ASC,
  "object_index" ASC;
