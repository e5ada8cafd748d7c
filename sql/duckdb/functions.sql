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
