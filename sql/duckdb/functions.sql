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
-- NULL for NULL and for no probabilities; what rounding carries outside of 0..1 is cut off.

-- least and greatest pass over NULL: value must not be NULL
CREATE OR REPLACE TEMP MACRO _sqlsel_zero_to_one(value) AS least(1e0, greatest(0e0, value));

-- ln; at 0 a number that any probability of 0 times it makes 0, and elsewhere the 1e-300 is lost
CREATE OR REPLACE TEMP MACRO _sqlsel_ln(x) AS ln(x + 1e-300);

CREATE OR REPLACE TEMP MACRO _sqlsel_least_confidence(p) AS
    CASE
        WHEN len(p) > 1 THEN _sqlsel_zero_to_one((1e0 - list_max(p)) * len(p) / (len(p) - 1))
        WHEN len(p) = 1 THEN _sqlsel_zero_to_one(2e0 * least(p[1], 1e0 - p[1]))
    END;

-- The largest of a list but for one place
CREATE OR REPLACE TEMP MACRO _sqlsel_without(p, place) AS
    greatest(list_max(p[:place - 1]), list_max(p[place + 1:]));

CREATE OR REPLACE TEMP MACRO _sqlsel_margin(p) AS
    CASE
        WHEN len(p) > 1 THEN _sqlsel_zero_to_one(1e0 - (list_max(p) - _sqlsel_without(p, list_position(p, list_max(p)))))
        WHEN len(p) = 1 THEN _sqlsel_zero_to_one(1e0 - abs(p[1] - (1e0 - p[1])))
    END;

CREATE OR REPLACE TEMP MACRO _sqlsel_entropy(p) AS
    CASE
        WHEN len(p) > 1
            THEN _sqlsel_zero_to_one(-list_dot_product(p, list_transform(p, lambda x: _sqlsel_ln(x))) / ln(len(p)))
        WHEN len(p) = 1
            THEN _sqlsel_zero_to_one(
                -(p[1] * _sqlsel_ln(p[1]) + (1e0 - p[1]) * _sqlsel_ln(greatest(0e0, 1e0 - p[1]))) / ln(2e0)
            )
    END;

-- (1 - largest) * C / (C - 1)
CREATE OR REPLACE TEMP MACRO sqlsel_uncertainty_least_confidence(p) AS _sqlsel_least_confidence(CAST(p AS DOUBLE[]));

-- 1 - (largest - second largest)
CREATE OR REPLACE TEMP MACRO sqlsel_uncertainty_margin(p) AS _sqlsel_margin(CAST(p AS DOUBLE[]));

-- -sum of p * log2 p, over log2 C; a class of probability 0 adds nothing
CREATE OR REPLACE TEMP MACRO sqlsel_uncertainty_entropy(p) AS _sqlsel_entropy(CAST(p AS DOUBLE[]));

-- The first object of a class counts 1, each further one 0.25
CREATE OR REPLACE TEMP MACRO sqlsel_object_frequency(classes, objects) AS
    0.75e0 * classes + 0.25e0 * objects;

-- value moved from [least, most] to [low, high]; high where all values are the same
CREATE OR REPLACE TEMP MACRO sqlsel_rescale(value, least, most, low, high) AS
    CASE WHEN most > least THEN low + (high - low) * (value - least) / (most - least) ELSE high END;

-- Cosine of the angle between two vectors, lists or arrays of numbers of one length, in double: 1 for the same
-- direction. NULL where one is NULL or has the length 0
CREATE OR REPLACE TEMP MACRO _sqlsel_cosine(a, b) AS
    CASE WHEN list_dot_product(a, a) > 0e0 AND list_dot_product(b, b) > 0e0 THEN list_cosine_similarity(a, b) END;

CREATE OR REPLACE TEMP MACRO sqlsel_cosine(a, b) AS _sqlsel_cosine(CAST(a AS DOUBLE[]), CAST(b AS DOUBLE[]));

-- Euclidean distance of two such vectors, in double
CREATE OR REPLACE TEMP MACRO sqlsel_distance(a, b) AS
    list_distance(CAST(a AS DOUBLE[]), CAST(b AS DOUBLE[]));

-- Mean of a list of doubles, added from the first to the last; NULL for an empty list
CREATE OR REPLACE TEMP MACRO sqlsel_mean(list) AS
    list_sum(list) / len(list);

-- Sum of vectors of equal length, position by position; NULL for none
CREATE OR REPLACE TEMP MACRO sqlsel_sum_vectors(vectors) AS
    list_transform(range(1, len(vectors[1]) + 1), lambda i: list_sum(list_transform(vectors, lambda v: v[i])));

-- What a file is a frame of: the video, clip.mp4 for clip-007-mp4.png (Lightly's rule), or else the folder, with a slash
CREATE OR REPLACE TEMP MACRO sqlsel_frames_of(file_name) AS
    CASE
        WHEN regexp_matches(file_name, '-[0-9]+-(?i:avi|m4v|mkv|mov|mp4|webm)\.[^./]+$')
        THEN regexp_replace(file_name, '-[0-9]+-((?i:avi|m4v|mkv|mov|mp4|webm))\.[^./]+$', '.\1')
        ELSE regexp_replace(file_name, '[^/]*$', '')
    END;

-- The number of a frame in its video; NULL for other files
CREATE OR REPLACE TEMP MACRO sqlsel_frame(file_name) AS
    TRY_CAST(regexp_extract(file_name, '-([0-9]+)-(?i:avi|m4v|mkv|mov|mp4|webm)\.[^./]+$', 1) AS BIGINT);

-- Seconds since 1970-01-01 UTC, with fractions
CREATE OR REPLACE TEMP MACRO sqlsel_seconds(moment) AS
    epoch(moment);

-- The value; NULL where it cannot be computed: a division by 0, the logarithm of 0, text that is no number
CREATE OR REPLACE TEMP MACRO sqlsel_or_null(value) AS
    TRY(value);

-- A number; NULL where it cannot be computed, is NaN or infinite
CREATE OR REPLACE TEMP MACRO sqlsel_finite(value) AS
    CASE WHEN isfinite(TRY(value)) THEN TRY(value) END;

-- What this connection sees under a name without a schema: 'temporary', 'registered' (frames, and views that are
-- temporary too) or 'table'
CREATE OR REPLACE TEMP MACRO _sqlsel_sightings(called) AS (
    SELECT list(DISTINCT CASE
        WHEN table_catalog <> 'temp' THEN 'table' WHEN table_type = 'VIEW' THEN 'registered' ELSE 'temporary'
    END)
    FROM information_schema.tables
    WHERE lower(table_name) = lower(called)
);
