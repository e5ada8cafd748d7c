-- sqlsel's scalar functions for Spark 4: the names and results of the files of the other engines, so that one query runs
-- on each. They are made for a session with spark.sql.ansi.enabled = false, where what cannot be computed is NULL, and
-- spark.sql.session.timeZone = UTC. sqlsel writes them out where it calls them, as Spark takes no such function in ORDER
-- BY; in queries of your own they are made by running this file.

-- The text that breaks ties, 32 hex digits. A class is then not filled from the first video.
CREATE OR REPLACE TEMPORARY FUNCTION sqlsel_tie(id STRING, seed BIGINT) RETURNS STRING
    RETURN md5(concat(id, ':', CAST(seed AS STRING)));

-- A number in (0, 1) that depends on the id and the seed alone: the first 52 bits of the tie text, at the middle of
-- their interval.
CREATE OR REPLACE TEMPORARY FUNCTION sqlsel_uniform(id STRING, seed BIGINT) RETURNS DOUBLE
    RETURN (CAST(conv(substr(md5(concat(id, ':', CAST(seed AS STRING))), 1, 13), 16, 10) AS BIGINT) + 0.5D) / 4503599627370496D;

-- Uncertainty of one probability vector, 0 for a sure prediction and 1 for a uniform one (B. Settles, Active Learning
-- Literature Survey, 2009, section 3.1, rescaled by the number of classes). A single probability is the first of two.
-- NULL for NULL and for no probabilities; what rounding carries outside of 0..1 is cut off.

-- (1 - largest) * C / (C - 1)
CREATE OR REPLACE TEMPORARY FUNCTION sqlsel_uncertainty_least_confidence(p ARRAY<DOUBLE>) RETURNS DOUBLE
    RETURN CASE
        WHEN size(p) > 1 THEN least(1D, greatest(0D, (1D - array_max(p)) * size(p) / (size(p) - 1)))
        WHEN size(p) = 1 THEN least(1D, greatest(0D, 2D * least(p[0], 1D - p[0])))
    END;

-- 1 - (largest - second largest)
CREATE OR REPLACE TEMPORARY FUNCTION sqlsel_uncertainty_margin(p ARRAY<DOUBLE>) RETURNS DOUBLE
    RETURN CASE
        WHEN size(p) > 1
            THEN least(1D, greatest(0D, 1D - (get(sort_array(p, false), 0) - get(sort_array(p, false), 1))))
        WHEN size(p) = 1 THEN least(1D, greatest(0D, 1D - abs(p[0] - (1D - p[0]))))
    END;

-- -sum of p * log2 p, over log2 C; a class of probability 0 adds nothing, and elsewhere the 1e-300 is lost
CREATE OR REPLACE TEMPORARY FUNCTION sqlsel_uncertainty_entropy(p ARRAY<DOUBLE>) RETURNS DOUBLE
    RETURN CASE
        WHEN size(p) > 1
            THEN least(1D, greatest(0D, -aggregate(p, 0D, (total, x) -> total + x * ln(x + 1e-300D)) / ln(size(p))))
        WHEN size(p) = 1
            THEN least(1D, greatest(0D,
                -(p[0] * ln(p[0] + 1e-300D) + (1D - p[0]) * ln(greatest(0D, 1D - p[0]) + 1e-300D)) / ln(2D)
            ))
    END;

-- The first object of a class counts 1, each further one 0.25
CREATE OR REPLACE TEMPORARY FUNCTION sqlsel_object_frequency(classes BIGINT, objects BIGINT) RETURNS DOUBLE
    RETURN 0.75D * classes + 0.25D * objects;

-- value moved from [least, most] to [low, high]; high where all values are the same
CREATE OR REPLACE TEMPORARY FUNCTION sqlsel_rescale(
    value DOUBLE, lowest DOUBLE, most DOUBLE, low DOUBLE, high DOUBLE
) RETURNS DOUBLE
    RETURN CASE WHEN most > lowest THEN low + (high - low) * (value - lowest) / (most - lowest) ELSE high END;

-- Cosine of the angle between two vectors of one length, in double: 1 for the same direction. NULL where one is NULL or
-- has the length 0
CREATE OR REPLACE TEMPORARY FUNCTION sqlsel_cosine(a ARRAY<DOUBLE>, b ARRAY<DOUBLE>) RETURNS DOUBLE
    RETURN CASE
        WHEN aggregate(a, 0D, (total, x) -> total + abs(CAST(x AS DOUBLE))) > 0D
            AND aggregate(b, 0D, (total, x) -> total + abs(CAST(x AS DOUBLE))) > 0D
        THEN greatest(-1D, least(1D,
            aggregate(zip_with(a, b, (x, y) -> CAST(x AS DOUBLE) * CAST(y AS DOUBLE)), 0D, (total, x) -> total + x)
            / sqrt(aggregate(a, 0D, (total, x) -> total + CAST(x AS DOUBLE) * CAST(x AS DOUBLE))
                * aggregate(b, 0D, (total, x) -> total + CAST(x AS DOUBLE) * CAST(x AS DOUBLE)))
        ))
    END;

-- Euclidean distance of two such vectors, in double
CREATE OR REPLACE TEMPORARY FUNCTION sqlsel_distance(a ARRAY<DOUBLE>, b ARRAY<DOUBLE>) RETURNS DOUBLE
    RETURN sqrt(aggregate(
        zip_with(a, b, (x, y) -> CAST(x AS DOUBLE) - CAST(y AS DOUBLE)), 0D, (total, x) -> total + x * x
    ));

-- Mean of a list of doubles, added from the first to the last; NULL for an empty list
CREATE OR REPLACE TEMPORARY FUNCTION sqlsel_mean(list ARRAY<DOUBLE>) RETURNS DOUBLE
    RETURN CASE WHEN size(list) > 0 THEN aggregate(list, 0D, (total, x) -> total + x) / size(list) END;

-- Sum of vectors of equal length, position by position; NULL for none
CREATE OR REPLACE TEMPORARY FUNCTION sqlsel_sum_vectors(vectors ARRAY<ARRAY<DOUBLE>>) RETURNS ARRAY<DOUBLE>
    RETURN CASE WHEN size(vectors) > 0 THEN aggregate(
        vectors,
        transform(get(vectors, 0), x -> 0D),
        (total, v) -> zip_with(total, v, (x, y) -> x + y)
    ) END;

-- What a file is a frame of: the video, clip.mp4 for clip-007-mp4.png (Lightly's rule), or else the folder, with a slash
CREATE OR REPLACE TEMPORARY FUNCTION sqlsel_frames_of(file_name STRING) RETURNS STRING
    RETURN CASE
        WHEN file_name RLIKE r'-[0-9]+-(?i:avi|m4v|mkv|mov|mp4|webm)\.[^./]+$'
        THEN regexp_replace(file_name, r'-[0-9]+-((?i:avi|m4v|mkv|mov|mp4|webm))\.[^./]+$', '.$1')
        ELSE regexp_replace(file_name, r'[^/]*$', '')
    END;

-- The number of a frame in its video; NULL for other files
CREATE OR REPLACE TEMPORARY FUNCTION sqlsel_frame(file_name STRING) RETURNS BIGINT
    RETURN TRY_CAST(regexp_extract(file_name, r'-([0-9]+)-(?i:avi|m4v|mkv|mov|mp4|webm)\.[^./]+$', 1) AS BIGINT);

-- Seconds since 1970-01-01 UTC, with fractions
CREATE OR REPLACE TEMPORARY FUNCTION sqlsel_seconds(moment TIMESTAMP_NTZ) RETURNS DOUBLE
    RETURN unix_micros(to_timestamp_ltz(moment)) / 1e6D;

-- The value; NULL where it cannot be computed: a division by 0, the logarithm of 0, text that is no number. In such a
-- session every value is. Written out, it is open to every type.
CREATE OR REPLACE TEMPORARY FUNCTION sqlsel_or_null(value STRING) RETURNS STRING
    RETURN value;

-- A number; NULL where it cannot be computed, is NaN or infinite
CREATE OR REPLACE TEMPORARY FUNCTION sqlsel_finite(value DOUBLE) RETURNS DOUBLE
    RETURN CASE WHEN NOT isnan(value) AND abs(value) < CAST('Infinity' AS DOUBLE) THEN value END;

-- Whether an expression is found in a text
CREATE OR REPLACE TEMPORARY FUNCTION regexp_matches(text STRING, expression STRING) RETURNS BOOLEAN
    RETURN text RLIKE expression;
