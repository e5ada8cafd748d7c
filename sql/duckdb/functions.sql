-- sqlsel's scalar functions for DuckDB. Every file under sql/ that bears an engine's name defines the same functions
-- with the same results, so that one query runs on each engine. They need nothing but DuckDB:
--     duckdb curation.duckdb -init sql/duckdb/functions.sql

-- The text that breaks ties, 32 hex digits. A class is then not filled from the first video.
CREATE OR REPLACE TEMP MACRO sqlsel_tie(id, seed) AS
    md5(CAST(id AS VARCHAR) || ':' || CAST(seed AS VARCHAR));

-- A number in (0, 1) that depends on the id and the seed alone: the first 52 bits of the tie text, at the middle of
-- their interval.
CREATE OR REPLACE TEMP MACRO sqlsel_uniform(id, seed) AS
    (CAST(('0x' || substr(md5(CAST(id AS VARCHAR) || ':' || CAST(seed AS VARCHAR)), 1, 13)) AS BIGINT) + 0.5e0) / 4503599627370496e0;

-- Uncertainty of one probability vector, 0 for a sure prediction and 1 for a uniform one (B. Settles, Active Learning
-- Literature Survey, 2009, section 3.1, rescaled by the number of classes). A single probability is the first of two.
CREATE OR REPLACE TEMP MACRO _sqlsel_two_classes(p) AS
    CASE WHEN len(p) = 1 THEN [p[1], 1e0 - p[1]] ELSE p END;

-- (1 - largest) * C / (C - 1)
CREATE OR REPLACE TEMP MACRO sqlsel_uncertainty_least_confidence(p) AS
    (1e0 - list_max(_sqlsel_two_classes(p))) * len(_sqlsel_two_classes(p)) / (len(_sqlsel_two_classes(p)) - 1);

-- 1 - (largest - second largest)
CREATE OR REPLACE TEMP MACRO sqlsel_uncertainty_margin(p) AS
    1e0 - (list_reverse_sort(_sqlsel_two_classes(p))[1] - list_reverse_sort(_sqlsel_two_classes(p))[2]);

-- -sum of p * log2 p, over log2 C; a class of probability 0 adds nothing
CREATE OR REPLACE TEMP MACRO sqlsel_uncertainty_entropy(p) AS
    greatest(0e0, -list_sum(list_transform(_sqlsel_two_classes(p), lambda x: CASE WHEN x > 0 THEN x * ln(x) ELSE 0e0 END)))
    / ln(len(_sqlsel_two_classes(p)));

-- The first object of a class counts 1, each further one 0.25
CREATE OR REPLACE TEMP MACRO sqlsel_object_frequency(classes, objects) AS
    0.75e0 * classes + 0.25e0 * objects;

-- value moved from [least, most] to [low, high]; high where all values are the same
CREATE OR REPLACE TEMP MACRO sqlsel_rescale(value, least, most, low, high) AS
    CASE WHEN most > least THEN low + (high - low) * (value - least) / (most - least) ELSE high END;

-- Mean of a list of doubles, added from the first to the last
CREATE OR REPLACE TEMP MACRO sqlsel_mean(list) AS
    list_sum(list) / len(list);

-- Sum of vectors of equal length, position by position; NULL for none
CREATE OR REPLACE TEMP MACRO sqlsel_sum_vectors(vectors) AS
    list_transform(range(1, len(vectors[1]) + 1), lambda i: list_sum(list_transform(vectors, lambda v: v[i])));

-- Seconds since 1970-01-01 UTC, with fractions
CREATE OR REPLACE TEMP MACRO sqlsel_seconds(moment) AS
    epoch(moment);
