-- inputs
CREATE TEMPORARY TABLE "sqlsel_inputs" AS
SELECT
  "s"."sample_id",
  FALSE AS "preselected",
  CAST(NULLIF(regexp_extract("s"."file_name", 'digit_(\d\d)\d\d\.png$', 1), '') AS TEXT) AS "input_1",
  NULLIF(CAST("s"."metadata"."ink"."share" AS DOUBLE), CAST('nan' AS DOUBLE)) AS "input_2"
FROM "demo"."digits"."samples" AS "s";

-- funnel
SELECT
  COUNT(*) FILTER(WHERE
    "preselected") AS "preselected",
  COUNT(*) FILTER(WHERE
    NOT "preselected") AS "admitted",
  COUNT(*) FILTER(WHERE
    NOT "preselected" AND "input_2" IS NULL) AS "missing_input_2",
  COUNT(*) FILTER(WHERE
    NOT "preselected" AND "input_2" IS NOT NULL) AS "complete",
  COUNT(*) FILTER(WHERE
    NOT "preselected" AND "input_2" IS NOT NULL) AS "candidates"
FROM "sqlsel_inputs";

-- in_play
CREATE TEMPORARY TABLE "sqlsel_in_play" AS
SELECT
  ROW_NUMBER() OVER (ORDER BY sqlsel_tie("sample_id", 0) ASC, "sample_id" ASC) - 1 AS "position",
  *
FROM "sqlsel_inputs"
WHERE
  "preselected" OR (
    "input_2" IS NOT NULL
  );

-- columns
SELECT
  "position",
  "preselected",
  "input_1",
  "input_2"
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
JOIN "demo"."digits"."samples" AS "s"
  ON "k"."sample_id" = "s"."sample_id"
ORDER BY
  "k"."rank" ASC,
  "k"."sample_id" ASC;
