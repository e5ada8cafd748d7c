-- funnel
WITH "sqlsel_inputs" AS (
  SELECT
    "s"."sample_id",
    FALSE AS "preselected",
    NULLIF(CAST("s"."metadata"."lightly"."sharpness" AS DOUBLE), CAST('nan' AS DOUBLE)) AS "input_1"
  FROM "demo"."digits"."samples" AS "s"
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
    NOT "preselected" AND "input_1" IS NOT NULL AND NOT (
      "input_1" > 20.0e0
    )) AS "removed_1",
  COUNT(*) FILTER(WHERE
    NOT "preselected" AND "input_1" IS NOT NULL AND "input_1" > 20.0e0) AS "candidates"
FROM "sqlsel_inputs";

-- selection
WITH "sqlsel_inputs" AS (
  SELECT
    "s"."sample_id",
    FALSE AS "preselected",
    NULLIF(CAST("s"."metadata"."lightly"."sharpness" AS DOUBLE), CAST('nan' AS DOUBLE)) AS "input_1"
  FROM "demo"."digits"."samples" AS "s"
), "sqlsel_in_play" AS (
  SELECT
    *
  FROM "sqlsel_inputs"
  WHERE
    "preselected" OR (
      "input_1" IS NOT NULL AND "input_1" > 20.0e0
    )
), "sqlsel_first" AS (
  SELECT
    *
  FROM "sqlsel_in_play"
  WHERE
    NOT "preselected"
  ORDER BY
    sqlsel_tie("sample_id", 0) ASC,
    "sample_id" ASC
  LIMIT 100
)
SELECT
  "k"."sample_id",
  "s"."file_name",
  "k"."rank",
  "k"."value"
FROM (
  SELECT
    "sample_id",
    ROW_NUMBER() OVER (ORDER BY sqlsel_tie("sample_id", 0) ASC, "sample_id" ASC) AS "rank",
    CAST(NULL AS DOUBLE) AS "value"
  FROM "sqlsel_first"
) AS "k"
JOIN "demo"."digits"."samples" AS "s"
  ON "k"."sample_id" = "s"."sample_id"
ORDER BY
  "k"."rank" ASC,
  "k"."sample_id" ASC;
