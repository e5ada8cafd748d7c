-- inputs
CREATE TEMPORARY VIEW `sqlsel_inputs` AS
SELECT
  `o`.`sample_id`,
  `o`.`object_index`,
  FALSE AS `preselected`,
  CASE WHEN `input_1`.`sample_id` IS NOT NULL THEN TRUE END AS `input_1`,
  sqlsel_uncertainty_entropy(`o`.`probabilities`) AS `input_2`,
  CAST(`o`.`category` AS STRING) AS `input_3`,
  `input_4`.`value` AS `input_4`,
  CAST(`s`.`sample_id` AS STRING) AS `input_5`
FROM (
  SELECT
    `sample_id`,
    `object_index`,
    `category`,
    `score`,
    `probabilities`,
    `bbox`
  FROM `demo`.`sheets`.`predictions`
  WHERE
    `task` = 'digit_detection' AND `object_index` IS NOT NULL
) AS `o`
JOIN `demo`.`sheets`.`samples` AS `s`
  ON `o`.`sample_id` = `s`.`sample_id`
LEFT JOIN (
  SELECT
    `sample_id`,
    `object_index`
  FROM `demo`.`sheets`.`object_embeddings/digit_detection`
) AS `input_1`
  ON `o`.`sample_id` = `input_1`.`sample_id`
  AND `o`.`object_index` = `input_1`.`object_index`
LEFT JOIN (
  SELECT
    `sample_id`,
    COALESCE(`probabilities`, ARRAY()) AS `value`
  FROM `demo`.`sheets`.`predictions`
  WHERE
    `task` = 'paper_classification'
) AS `input_4`
  ON `s`.`sample_id` = `input_4`.`sample_id`;

-- funnel
SELECT
  COUNT(*) FILTER(WHERE
    `preselected`) AS `preselected`,
  COUNT(*) FILTER(WHERE
    NOT `preselected`) AS `admitted`,
  COUNT(*) FILTER(WHERE
    NOT `preselected` AND `input_1` IS NULL) AS `missing_input_1`,
  COUNT(*) FILTER(WHERE
    NOT `preselected` AND `input_2` IS NULL) AS `missing_input_2`,
  COUNT(*) FILTER(WHERE
    NOT `preselected` AND `input_4` IS NULL) AS `missing_input_4`,
  COUNT(*) FILTER(WHERE
    NOT `preselected`
    AND `input_1` IS NOT NULL
    AND `input_2` IS NOT NULL
    AND `input_4` IS NOT NULL) AS `complete`,
  COUNT(*) FILTER(WHERE
    NOT `preselected`
    AND `input_1` IS NOT NULL
    AND `input_2` IS NOT NULL
    AND `input_4` IS NOT NULL) AS `candidates`
FROM `sqlsel_inputs`;

-- in_play
CREATE TEMPORARY VIEW `sqlsel_in_play` AS
SELECT
  ROW_NUMBER() OVER (
    ORDER BY sqlsel_tie(concat(CAST(`sample_id` AS STRING), '#', CAST(`object_index` AS STRING)), 0) ASC NULLS LAST, `sample_id` ASC NULLS LAST, `object_index` ASC NULLS LAST
  ) - 1 AS `position`,
  *
FROM `sqlsel_inputs`
WHERE
  `preselected`
  OR (
    `input_1` IS NOT NULL AND `input_2` IS NOT NULL AND `input_4` IS NOT NULL
  );

-- columns
SELECT
  `position`,
  `preselected`,
  `input_1`,
  `input_2`,
  `input_3`,
  `input_4`,
  `input_5`
FROM `sqlsel_in_play`
ORDER BY
  `position` ASC NULLS LAST;

-- vectors input_1
SELECT
  `p`.`position`,
  `v`.`embedding`
FROM `demo`.`sheets`.`object_embeddings/digit_detection` AS `v`
JOIN `sqlsel_in_play` AS `p`
  ON `p`.`sample_id` = `v`.`sample_id` AND `p`.`object_index` = `v`.`object_index`;

-- picked
SELECT
  `k`.`sample_id`,
  `k`.`object_index`,
  `s`.`file_name`,
  `k`.`rank`
FROM (
  SELECT
    `p`.`sample_id`,
    `p`.`object_index`,
    `n`.`rank`
  FROM `sqlsel_picks` AS `n`
  JOIN `sqlsel_in_play` AS `p`
    ON `n`.`position` = `p`.`position`
) AS `k`
JOIN `demo`.`sheets`.`samples` AS `s`
  ON `k`.`sample_id` = `s`.`sample_id`
ORDER BY
  `k`.`rank` ASC NULLS LAST,
  `k`.`sample_id` ASC NULLS LAST,
  `k`.`object_index` ASC NULLS LAST;

-- mixes balance:paper_classification
SELECT
  `p`.`category`,
  `p`.`probabilities`
FROM (
  SELECT
    `sample_id`,
    `object_index`
  FROM `sqlsel_chosen`
) AS `c`
JOIN (
  SELECT
    `sample_id`,
    `object_index`,
    `category`,
    `probabilities`
  FROM `demo`.`sheets`.`predictions`
  WHERE
    `task` = 'paper_classification' AND `object_index` IS NOT NULL
) AS `p`
  ON `c`.`sample_id` = `p`.`sample_id`
ORDER BY
  `c`.`sample_id` ASC NULLS LAST,
  `c`.`object_index` ASC NULLS LAST,
  `p`.`object_index` ASC NULLS LAST;

-- limit:object.image
SELECT
  `value`,
  `chosen`,
  `left`
FROM (
  SELECT
    `p`.`input_5` AS `value`,
    COUNT(*) FILTER(WHERE
      `p`.`preselected` OR `c`.`sample_id` IS NOT NULL) AS `chosen`,
    COUNT(*) FILTER(WHERE
      NOT (
        `p`.`preselected` OR `c`.`sample_id` IS NOT NULL
      )) AS `left`
  FROM `sqlsel_in_play` AS `p`
  LEFT JOIN `sqlsel_chosen` AS `c`
    ON `p`.`sample_id` = `c`.`sample_id` AND `p`.`object_index` = `c`.`object_index`
  GROUP BY
    `p`.`input_5`
) AS `sqlsel_counted`
WHERE
  `value` IS NULL OR `chosen` >= 2
ORDER BY
  `value` ASC NULLS LAST;
