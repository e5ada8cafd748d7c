-- funnel
WITH "sqlsel_inputs" AS (
  SELECT
    "s"."sample_id",
    FALSE AS "preselected",
    REPLACE(REPLACE(CAST("s"."metadata"."ink"."amount" AS TEXT), '\', '\\'), '+', '\+') || '+' || REPLACE(REPLACE(CAST("s"."metadata"."slant"."direction" AS TEXT), '\', '\\'), '+', '\+') AS "input_1"
  FROM "demo"."digits"."samples" AS "s"
)
SELECT
  COUNT(*) FILTER(WHERE
    "preselected") AS "preselected",
  COUNT(*) FILTER(WHERE
    NOT "preselected") AS "admitted",
  COUNT(*) FILTER(WHERE
    NOT "preselected") AS "complete",
  COUNT(*) FILTER(WHERE
    NOT "preselected") AS "candidates"
FROM "sqlsel_inputs";

-- selection
WITH "sqlsel_inputs" AS (
  SELECT
    "s"."sample_id",
    FALSE AS "preselected",
    REPLACE(REPLACE(CAST("s"."metadata"."ink"."amount" AS TEXT), '\', '\\'), '+', '\+') || '+' || REPLACE(REPLACE(CAST("s"."metadata"."slant"."direction" AS TEXT), '\', '\\'), '+', '\+') AS "input_1"
  FROM "demo"."digits"."samples" AS "s"
), "sqlsel_classified" AS (
  SELECT
    *,
    CASE WHEN "input_1" IN ('light+upright', 'bold+right') THEN "input_1" END AS "class",
    "input_1" IS NOT NULL AS "labelled"
  FROM "sqlsel_inputs"
), "sqlsel_shared" AS (
  SELECT
    *,
    CASE
      WHEN "class" = 'light+upright'
      THEN 0.5e0
      WHEN "class" = 'bold+right'
      THEN 0.25e0
      WHEN "labelled"
      THEN 0.25e0
    END AS "share"
  FROM "sqlsel_classified"
), "sqlsel_placed" AS (
  SELECT
    *,
    ROW_NUMBER() OVER (
      PARTITION BY "labelled", "class"
      ORDER BY "preselected" DESC, sqlsel_tie("sample_id", 0) ASC, "sample_id" ASC
    ) AS "place"
  FROM "sqlsel_shared"
), "sqlsel_first" AS (
  SELECT
    *,
    (
      "place" - 0.5e0
    ) / "share" AS "turn"
  FROM "sqlsel_placed"
  WHERE
    NOT "preselected"
  ORDER BY
    "turn" ASC,
    "share" DESC,
    CASE WHEN "share" IS NOT NULL THEN "class" END ASC,
    sqlsel_tie("sample_id", 0) ASC,
    "sample_id" ASC
  LIMIT 60
)
SELECT
  "k"."sample_id",
  "s"."file_name",
  "k"."rank",
  "k"."value"
FROM (
  SELECT
    "sample_id",
    ROW_NUMBER() OVER (
      ORDER BY "turn" ASC, "share" DESC, CASE WHEN "share" IS NOT NULL THEN "class" END ASC, sqlsel_tie("sample_id", 0) ASC, "sample_id" ASC
    ) AS "rank",
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
    REPLACE(REPLACE(CAST("s"."metadata"."ink"."amount" AS TEXT), '\', '\\'), '+', '\+') || '+' || REPLACE(REPLACE(CAST("s"."metadata"."slant"."direction" AS TEXT), '\', '\\'), '+', '\+') AS "input_1"
  FROM "demo"."digits"."samples" AS "s"
), "sqlsel_in_play" AS (
  SELECT
    *
  FROM "sqlsel_inputs"
)
SELECT
  "input_1" AS "class",
  COUNT(*) FILTER(WHERE
    NOT "preselected") AS "candidates",
  COUNT(*) FILTER(WHERE
    "preselected") AS "preselected"
FROM "sqlsel_in_play"
GROUP BY
  "input_1"
ORDER BY
  "input_1" ASC;
