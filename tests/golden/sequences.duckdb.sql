-- sequences
CREATE TEMPORARY TABLE "sqlsel_sequences" AS
SELECT
  "sample_id",
  "preselected",
  "source",
  CASE
    WHEN (
      "piece" + 1
    ) * 10 <= "total" AND "source" IS NOT NULL
    THEN FIRST_VALUE("sample_id") OVER (PARTITION BY "source", "preselected", "piece" ORDER BY "frame" ASC)
  END AS "sequence",
  "frame"
FROM (
  SELECT
    "sample_id",
    "preselected",
    "source",
    "total",
    "place" // 10 AS "piece",
    "place" % 10 AS "frame"
  FROM (
    SELECT
      "sample_id",
      "preselected",
      "source",
      (
        ROW_NUMBER() OVER (
          PARTITION BY "source", "preselected"
          ORDER BY sqlsel_frame("file_name") ASC, "file_name" ASC, "sample_id" ASC
        ) - 1
      ) AS "place",
      COUNT(*) OVER (PARTITION BY "source", "preselected") AS "total"
    FROM (
      SELECT
        "s"."sample_id",
        "s"."file_name",
        FALSE AS "preselected",
        sqlsel_frames_of("s"."file_name") AS "source"
      FROM "demo"."digits"."samples" AS "s"
    ) AS "frames"
  ) AS "placed"
) AS "cut";

-- cut
SELECT
  COUNT(*) FILTER(WHERE
    "frame" = 0 AND "sequence" IS NOT NULL AND NOT "preselected") AS "sequences",
  COUNT(*) FILTER(WHERE
    "frame" = 0 AND "sequence" IS NOT NULL AND "preselected") AS "preselected",
  COUNT(*) FILTER(WHERE
    "sequence" IS NULL AND "source" IS NOT NULL AND NOT "preselected") AS "trailing",
  COUNT(DISTINCT "source") FILTER(WHERE
    "sequence" IS NULL AND "source" IS NOT NULL AND NOT "preselected") AS "trailing_sources",
  COUNT(*) FILTER(WHERE
    "sequence" IS NULL AND "source" IS NOT NULL AND "preselected") AS "trailing_preselected",
  COUNT(*) FILTER(WHERE
    "source" IS NULL) AS "unnamed",
  COALESCE(MAX(CASE WHEN "source" IS NOT NULL AND NOT "preselected" THEN "own" END), 0) AS "longest"
FROM (
  SELECT
    *,
    COUNT(*) OVER (PARTITION BY "source", "preselected") AS "own"
  FROM "sqlsel_sequences"
) AS "counted";

-- inputs
CREATE TEMPORARY TABLE "sqlsel_inputs" AS
SELECT
  "q"."sequence" AS "sample_id",
  "i"."preselected",
  CASE WHEN COUNT("i"."input_1") = 10 THEN TRUE END AS "input_1"
FROM (
  SELECT
    "s"."sample_id",
    FALSE AS "preselected",
    CASE WHEN "input_1"."sample_id" IS NOT NULL THEN TRUE END AS "input_1"
  FROM "demo"."digits"."samples" AS "s"
  LEFT JOIN (
    SELECT
      "sample_id"
    FROM "demo"."digits"."embeddings"
  ) AS "input_1"
    ON "s"."sample_id" = "input_1"."sample_id"
) AS "i"
JOIN "sqlsel_sequences" AS "q"
  ON "i"."sample_id" = "q"."sample_id"
WHERE
  "q"."sequence" IS NOT NULL
GROUP BY
  "q"."sequence",
  "i"."preselected"
HAVING
  "i"."preselected" OR COUNT(*) = 10;

-- funnel
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

-- in_play
CREATE TEMPORARY TABLE "sqlsel_in_play" AS
SELECT
  ROW_NUMBER() OVER (ORDER BY sqlsel_tie("sample_id", 0) ASC, "sample_id" ASC) - 1 AS "position",
  *
FROM "sqlsel_inputs"
WHERE
  "preselected" OR (
    "input_1" IS NOT NULL
  );

-- columns
SELECT
  "position",
  "preselected",
  "input_1"
FROM "sqlsel_in_play"
ORDER BY
  "position" ASC;

-- vectors input_1
SELECT
  "p"."position",
  "v"."embedding"
FROM "demo"."digits"."embeddings" AS "v"
JOIN "sqlsel_sequences" AS "q"
  ON "v"."sample_id" = "q"."sample_id"
JOIN "sqlsel_in_play" AS "p"
  ON "q"."sequence" = "p"."sample_id"
WHERE
  "p"."input_1" IS NOT NULL
ORDER BY
  "p"."position" ASC,
  "q"."frame" ASC;

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

-- frames
SELECT
  "q"."sample_id",
  "s"."file_name",
  "c"."rank"
FROM "sqlsel_chosen" AS "c"
JOIN "sqlsel_sequences" AS "q"
  ON "q"."sequence" = "c"."sample_id"
JOIN "demo"."digits"."samples" AS "s"
  ON "q"."sample_id" = "s"."sample_id"
ORDER BY
  "c"."rank" ASC,
  "q"."frame" ASC;
