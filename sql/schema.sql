-- The catalog of sqlsel: one schema per database, beside the schemas of the datasets. It tells what each dataset holds
-- and how each selection came about. Plain tables: any DuckDB reads them.

CREATE SCHEMA IF NOT EXISTS sqlsel;

-- One row: the layout of everything below and of the datasets' own tables.
CREATE TABLE IF NOT EXISTS sqlsel.meta (layout_version INTEGER NOT NULL);

-- Times are UTC.
CREATE TABLE IF NOT EXISTS sqlsel.datasets (
    dataset VARCHAR NOT NULL,
    created_at TIMESTAMP NOT NULL,
    updated_at TIMESTAMP NOT NULL
);

-- categories are in the order of the probability vectors; scores are the names of the task's scores; has_keypoints says
-- whether every object has a keypoint_confidence.
CREATE TABLE IF NOT EXISTS sqlsel.tasks (
    dataset VARCHAR NOT NULL,
    task VARCHAR NOT NULL,
    task_type VARCHAR,
    categories VARCHAR[] NOT NULL,
    scores VARCHAR[] NOT NULL,
    has_probabilities BOOLEAN NOT NULL,
    has_predictions BOOLEAN NOT NULL,
    has_keypoints BOOLEAN
);

-- The scores in a dataset's table that were computed from its predictions; ingest computes them again when these change.
CREATE TABLE IF NOT EXISTS sqlsel.computed_scores (
    dataset VARCHAR NOT NULL,
    task VARCHAR NOT NULL,
    score VARCHAR NOT NULL
);

-- Only the keys whose source declared what they are; the others follow from the type of samples.metadata.
CREATE TABLE IF NOT EXISTS sqlsel.metadata_keys (
    dataset VARCHAR NOT NULL,
    key VARCHAR NOT NULL,
    kind VARCHAR NOT NULL,
    categorical BOOLEAN
);

-- task is NULL for the samples' own vectors: table "embeddings", and "embeddings/<name>" for those that have a name.
CREATE TABLE IF NOT EXISTS sqlsel.embeddings (
    dataset VARCHAR NOT NULL,
    table_name VARCHAR NOT NULL,
    task VARCHAR,
    width INTEGER NOT NULL
);

-- Lightly's own id of a dataset, where it is known: 24 hex digits, by which its configs name the dataset.
CREATE TABLE IF NOT EXISTS sqlsel.lightly_datasets (
    dataset VARCHAR NOT NULL,
    lightly_id VARCHAR NOT NULL
);

-- One row per selection that was kept; config, plan and summary are JSON.
CREATE TABLE IF NOT EXISTS sqlsel.runs (
    run_id VARCHAR NOT NULL,
    dataset VARCHAR NOT NULL,
    tag VARCHAR NOT NULL,
    config VARCHAR NOT NULL,
    plan VARCHAR,
    seed BIGINT,
    version VARCHAR NOT NULL,
    started_at TIMESTAMP NOT NULL,
    finished_at TIMESTAMP NOT NULL,
    stop VARCHAR,
    summary VARCHAR
);

-- The folders that a dataset's images were found in; the greatest number is the latest. beside is the way there from the
-- folder of the database, for when both have moved.
CREATE TABLE IF NOT EXISTS sqlsel.image_folders (
    dataset VARCHAR NOT NULL,
    number INTEGER NOT NULL,
    folder VARCHAR NOT NULL,
    beside VARCHAR
);

-- The files of labels that a dataset was read from, so that a part of them can be written again; the greatest number is
-- the latest. format is COCO or YOLO, prefix what file_name has before a name in the file, annotations what a list of
-- detections refers to; the others are as above.
CREATE TABLE IF NOT EXISTS sqlsel.label_files (
    dataset VARCHAR NOT NULL,
    number INTEGER NOT NULL,
    task VARCHAR NOT NULL,
    format VARCHAR NOT NULL,
    file VARCHAR NOT NULL,
    beside VARCHAR,
    annotations VARCHAR,
    annotations_beside VARCHAR,
    prefix VARCHAR NOT NULL
);

-- What looked at the images to make the vectors of a table, or the predictions of a task: a model and how it was fed, as
-- JSON.
CREATE TABLE IF NOT EXISTS sqlsel.makers (
    dataset VARCHAR NOT NULL,
    table_name VARCHAR NOT NULL,
    task VARCHAR,
    maker VARCHAR NOT NULL
);

-- Principal axes that the vectors of a table are given in: axis 0 is the centre, images is what they were fitted to.
CREATE TABLE IF NOT EXISTS sqlsel.projections (
    dataset VARCHAR NOT NULL,
    table_name VARCHAR NOT NULL,
    images BIGINT NOT NULL,
    axis INTEGER NOT NULL,
    numbers DOUBLE[] NOT NULL
);

-- What was measured on image files, so that an ingest that was cut off goes on where it was. A reading holds as long as
-- the file has the same size and time of change (nanoseconds since 1970). Nothing else reads it: it can be emptied.
CREATE TABLE IF NOT EXISTS sqlsel.readings (
    folder VARCHAR NOT NULL,
    file_name VARCHAR NOT NULL,
    version INTEGER NOT NULL,
    size BIGINT NOT NULL,
    modified BIGINT NOT NULL,
    content VARCHAR NOT NULL,
    width BIGINT,
    height BIGINT,
    sizeInBytes BIGINT,
    meanRed DOUBLE,
    meanGreen DOUBLE,
    meanBlue DOUBLE,
    luminance DOUBLE,
    contrast DOUBLE,
    sharpness DOUBLE,
    snr DOUBLE,
    uniformRowRatio DOUBLE
);

-- Datasets that were created by name and have no samples yet, and where their images are: purpose is INPUT or LIGHTLY.
CREATE TABLE IF NOT EXISTS sqlsel.created_datasets (
    dataset VARCHAR NOT NULL,
    created_at TIMESTAMP NOT NULL
);

CREATE TABLE IF NOT EXISTS sqlsel.datasources (
    dataset VARCHAR NOT NULL,
    purpose VARCHAR NOT NULL,
    path VARCHAR NOT NULL
);

-- Runs that were scheduled; the configs are JSON. What became of each is in run_states, the latest row last.
CREATE TABLE IF NOT EXISTS sqlsel.scheduled_runs (
    scheduled_id VARCHAR NOT NULL,
    dataset VARCHAR NOT NULL,
    created_at TIMESTAMP NOT NULL,
    priority VARCHAR NOT NULL,
    runs_on VARCHAR[] NOT NULL,
    selection_config VARCHAR NOT NULL,
    worker_config VARCHAR NOT NULL,
    lightly_config VARCHAR NOT NULL
);

-- run_id is NULL until a worker takes the run; a run that is run again has another one then, under which sqlsel.runs keeps
-- what it selected.
CREATE TABLE IF NOT EXISTS sqlsel.run_states (
    scheduled_id VARCHAR NOT NULL,
    number INTEGER NOT NULL,
    run_id VARCHAR,
    state VARCHAR NOT NULL,
    message VARCHAR NOT NULL,
    changed_at TIMESTAMP NOT NULL
);
