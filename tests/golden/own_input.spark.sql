-- inputs
CREATE TEMPORARY VIEW `sqlsel_inputs` AS
SELECT
  `s`.`sample_id`,
  FALSE AS `preselected`,
  sqlsel_finite(
    CAST((
      `s`.`metadata`.`lightly`.`contrast` * LN(1 + `s`.`metadata`.`lightly`.`sharpness`)
    ) AS DOUBLE)
  ) AS `input_1`,
  sqlsel_finite(CAST((
    `input_2`.`score_1` * `s`.`metadata`.`lightly`.`contrast`
  ) AS DOUBLE)) AS `input_2`,
  sqlsel_or_null(
    CAST((
      CASE WHEN `s`.`metadata`.`digit` IN (6, 8, 9) THEN 'round' ELSE 'other' END
    ) AS STRING)
  ) AS `input_3`
FROM `demo`.`digits`.`samples` AS `s`
LEFT JOIN (
  SELECT
    `s`.`sample_id`,
    `score_1`.`value` AS `score_1`
  FROM `demo`.`digits`.`samples` AS `s`
  LEFT JOIN (
    SELECT
      `sample_id`,
      sqlsel_uncertainty_entropy(`probabilities`) AS `value`
    FROM `demo`.`digits`.`predictions`
    WHERE
      `task` = 'digit_classification'
  ) AS `score_1`
    ON `s`.`sample_id` = `score_1`.`sample_id`
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
    NOT `preselected` AND `input_2` IS NULL) AS `missing_input_2`,
  COUNT(*) FILTER(WHERE
    NOT `preselected` AND `input_1` IS NOT NULL AND `input_2` IS NOT NULL) AS `complete`,
  COUNT(*) FILTER(WHERE
    NOT `preselected`
    AND `input_1` IS NOT NULL
    AND `input_2` IS NOT NULL
    AND NOT (
      `input_2` > 0.1e0
    )) AS `removed_1`,
  COUNT(*) FILTER(WHERE
    NOT `preselected`
    AND `input_1` IS NOT NULL
    AND `input_2` IS NOT NULL
    AND `input_2` > 0.1e0) AS `candidates`
FROM `sqlsel_inputs`;

-- in_play
CREATE TEMPORARY VIEW `sqlsel_in_play` AS
SELECT
  ROW_NUMBER() OVER (ORDER BY sqlsel_tie(`sample_id`, 0) ASC NULLS LAST, `sample_id` ASC NULLS LAST) - 1 AS `position`,
  *
FROM `sqlsel_inputs`
WHERE
  `preselected`
  OR (
    `input_1` IS NOT NULL AND `input_2` IS NOT NULL AND `input_2` > 0.1e0
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
