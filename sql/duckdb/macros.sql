-- Selections as table functions. They need sqlsel in the same process: sqlsel.register(connection) makes them.

-- The ranked samples of a selection; nothing is written. `dataset` is a dataset's name and `config` the declaration as
-- JSON; seed NULL breaks ties by the lowest id, `preselected` names a tag, `missing` is 'omit' or 'error', `condition`
-- is what candidates have to meet, `candidates` names a tag that they are of, and `since` a tag or a moment that they came
-- after. Where the config chooses objects, sample_id is the image's; object_index is NULL where it does not.
--     SELECT * FROM sqlsel_select('clothing', '{"n_samples": 50, "strategies": [...]}', seed := 1);
CREATE OR REPLACE TEMP MACRO sqlsel_select(
    dataset, config, seed := 0, preselected := NULL, missing := 'omit', condition := NULL, candidates := NULL,
    since := NULL
) AS TABLE
    SELECT s.sample_id, s.file_name, p.rank, p.gain, p.terms, p.object_index
    FROM (
        SELECT unnest(
            _sqlsel_select(
                CAST(dataset AS VARCHAR), CAST(config AS VARCHAR), CAST(seed AS BIGINT), CAST(preselected AS VARCHAR),
                CAST(missing AS VARCHAR), CAST(condition AS VARCHAR), CAST(candidates AS VARCHAR),
                CAST(since AS VARCHAR)
            ),
            recursive := true
        )
    ) AS p
    JOIN query_table('"' || replace(dataset, '"', '""') || '".samples') AS s
        ON CAST(s.sample_id AS VARCHAR) = p.id
    ORDER BY p.rank;
