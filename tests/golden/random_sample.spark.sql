-- funnel
WITH `sqlsel_inputs` AS (
  SELECT
    `s`.`sample_id`,
    FALSE AS `preselected`,
    sqlsel_uniform(`s`.`sample_id`, 42) AS `input_1`
  FROM `demo`.`digits`.`samples` AS `s`
)
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

-- selection
WITH `sqlsel_inputs` AS (
  SELECT
    `s`.`sample_id`,
    FALSE AS `preselected`,
    sqlsel_uniform(`s`.`sample_id`, 42) AS `input_1`
  FROM `demo`.`digits`.`samples` AS `s`
), `sqlsel_in_play` AS (
  SELECT
    *
  FROM `sqlsel_inputs`
  WHERE
    `preselected` OR (
      `input_1` IS NOT NULL
    )
), `sqlsel_first` AS (
  SELECT
    *
  FROM `sqlsel_in_play`
  WHERE
    NOT `preselected`
  ORDER BY
    `input_1` DESC,
    sqlsel_tie(`sample_id`, 0) ASC NULLS LAST,
    `sample_id` ASC NULLS LAST
  LIMIT 100
)
SELECT
  `k`.`sample_id`,
  `s`.`file_name`,
  `k`.`rank`,
  `k`.`value`
FROM (
  SELECT
    `sample_id`,
    ROW_NUMBER() OVER (
      ORDER BY `input_1` DESC, sqlsel_tie(`sample_id`, 0) ASC NULLS LAST, `sample_id` ASC NULLS LAST
    ) AS `rank`,
    `input_1` AS `value`
  FROM `sqlsel_first`
) AS `k`
JOIN `demo`.`digits`.`samples` AS `s`
  ON `k`.`sample_id` = `s`.`sample_id`
ORDER BY
  `k`.`rank` ASC NULLS LAST,
  `k`.`sample_id` ASC NULLS LAST;

-- pool
WITH `sqlsel_inputs` AS (
  SELECT
    `s`.`sample_id`,
    FALSE AS `preselected`,
    sqlsel_uniform(`s`.`sample_id`, 42) AS `input_1`
  FROM `demo`.`digits`.`samples` AS `s`
), `sqlsel_in_play` AS (
  SELECT
    *
  FROM `sqlsel_inputs`
  WHERE
    `preselected` OR (
      `input_1` IS NOT NULL
    )
)
SELECT
  AVG(`input_1`) AS `mean`
FROM `sqlsel_in_play`
WHERE
  NOT `preselected`;
