-- inputs
CREATE TEMPORARY VIEW `sqlsel_inputs` AS
SELECT
  `s`.`sample_id`,
  FALSE AS `preselected`,
  CASE WHEN `input_1`.`sample_id` IS NOT NULL THEN TRUE END AS `input_1`,
  `input_2`.`value` AS `input_2`,
  CAST(`s`.`metadata`.`digit` AS STRING) AS `input_3`
FROM `demo`.`digits`.`samples` AS `s`
LEFT JOIN (
  SELECT
    `sample_id`
  FROM `demo`.`digits`.`embeddings`
) AS `input_1`
  ON `s`.`sample_id` = `input_1`.`sample_id`
LEFT JOIN (
  SELECT
    `sample_id`,
    `category` AS `value`
  FROM `demo`.`digits`.`predictions`
  WHERE
    `task` = 'digit_classification'
) AS `input_2`
  ON `s`.`sample_id` = `input_2`.`sample_id`;

-- funnel
SELECT
  COUNT(*) FILTER(WHERE
    `preselected`) AS `preselected`,
  COUNT(*) FILTER(WHERE
    NOT `preselected`) AS `admitted`,
  COUNT(*) FILTER(WHERE
    NOT `preselected` AND `input_1` IS NULL) AS `missing_input_1`,
  COUNT(*) FILTER(WHERE
    NOT `preselected` AND `input_1` IS NOT NULL) AS `complete`,
  COUNT(*) FILTER(WHERE
    NOT `preselected` AND `input_1` IS NOT NULL) AS `candidates`
FROM `sqlsel_inputs`;

-- in_play
CREATE TEMPORARY VIEW `sqlsel_in_play` AS
SELECT
  ROW_NUMBER() OVER (ORDER BY sqlsel_tie(`sample_id`, 0) ASC NULLS LAST, `sample_id` ASC NULLS LAST) - 1 AS `position`,
  *
FROM `sqlsel_inputs`
WHERE
  `preselected` OR (
    `input_1` IS NOT NULL
  );

-- columns
SELECT
  `position`,
  `preselected`,
  `input_1`,
  `input_2`,
  `input_3`
FROM `sqlsel_in_play`
ORDER BY
  `position` ASC NULLS LAST;

-- vectors input_1
SELECT
  `p`.`position`,
  `v`.`embedding`
FROM `demo`.`digits`.`embeddings` AS `v`
JOIN `sqlsel_in_play` AS `p`
  ON `p`.`sample_id` = `v`.`sample_id`;

-- picked
SELECT
  `k`.`sample_id`,
  `s`.`file_name`,
  `k`.`rank`
FROM (
  SELECT
    `p`.`sample_id`,
    `n`.`rank`
  FROM `sqlsel_picks` AS `n`
  JOIN `sqlsel_in_play` AS `p`
    ON `n`.`position` = `p`.`position`
) AS `k`
JOIN `demo`.`digits`.`samples` AS `s`
  ON `k`.`sample_id` = `s`.`sample_id`
ORDER BY
  `k`.`rank` ASC NULLS LAST,
  `k`.`sample_id` ASC NULLS LAST;

-- limit:predicted class of digit_classification
SELECT
  `value`,
  `chosen`,
  `left`
FROM (
  SELECT
    `p`.`input_2` AS `value`,
    COUNT(*) FILTER(WHERE
      `p`.`preselected` OR `c`.`sample_id` IS NOT NULL) AS `chosen`,
    COUNT(*) FILTER(WHERE
      NOT (
        `p`.`preselected` OR `c`.`sample_id` IS NOT NULL
      )) AS `left`
  FROM `sqlsel_in_play` AS `p`
  LEFT JOIN `sqlsel_chosen` AS `c`
    ON `p`.`sample_id` = `c`.`sample_id`
  GROUP BY
    `p`.`input_2`
) AS `sqlsel_counted`
WHERE
  `value` IS NULL OR `chosen` >= 8
ORDER BY
  `value` ASC NULLS LAST;

-- limit:digit
SELECT
  `value`,
  `chosen`,
  `left`
FROM (
  SELECT
    `p`.`input_3` AS `value`,
    COUNT(*) FILTER(WHERE
      `p`.`preselected` OR `c`.`sample_id` IS NOT NULL) AS `chosen`,
    COUNT(*) FILTER(WHERE
      NOT (
        `p`.`preselected` OR `c`.`sample_id` IS NOT NULL
      )) AS `left`
  FROM `sqlsel_in_play` AS `p`
  LEFT JOIN `sqlsel_chosen` AS `c`
    ON `p`.`sample_id` = `c`.`sample_id`
  GROUP BY
    `p`.`input_3`
) AS `sqlsel_counted`
WHERE
  `value` IS NULL OR `chosen` >= 6
ORDER BY
  `value` ASC NULLS LAST;
