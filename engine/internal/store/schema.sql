-- Times are unix milliseconds. Documents are JSON.
CREATE TABLE IF NOT EXISTS job (
  id        INTEGER PRIMARY KEY AUTOINCREMENT,
  region    TEXT    NOT NULL,
  name      TEXT    NOT NULL,
  status    TEXT    NOT NULL,
  created   INTEGER NOT NULL,
  modified  INTEGER NOT NULL,
  request   TEXT    NOT NULL, -- what Describe echoes: the request with its defaults
  state     TEXT    NOT NULL  -- lifecycle.State
) STRICT;
CREATE UNIQUE INDEX IF NOT EXISTS job_name    ON job (region, name);
CREATE INDEX        IF NOT EXISTS job_created ON job (region, created, id);
CREATE INDEX        IF NOT EXISTS job_live    ON job (status) WHERE status IN ('InProgress', 'Stopping', 'Deleting');

-- Tuning jobs, and what was decided for them. A trial is written before its training job is created.
CREATE TABLE IF NOT EXISTS tuning (
  id        INTEGER PRIMARY KEY AUTOINCREMENT,
  region    TEXT    NOT NULL,
  name      TEXT    NOT NULL,
  status    TEXT    NOT NULL,
  created   INTEGER NOT NULL,
  modified  INTEGER NOT NULL,
  request   TEXT    NOT NULL, -- what Describe echoes
  state     TEXT    NOT NULL
) STRICT;
CREATE UNIQUE INDEX IF NOT EXISTS tuning_name    ON tuning (region, name);
CREATE INDEX        IF NOT EXISTS tuning_folded  ON tuning (region, name COLLATE NOCASE);
CREATE INDEX        IF NOT EXISTS tuning_created ON tuning (region, created, id);

CREATE TABLE IF NOT EXISTS trial (
  tuning   INTEGER NOT NULL REFERENCES tuning (id) ON DELETE CASCADE,
  number   INTEGER NOT NULL, -- from 1, in the order of their decisions
  document TEXT    NOT NULL,
  PRIMARY KEY (tuning, number)
) STRICT, WITHOUT ROWID;

CREATE TABLE IF NOT EXISTS tag (
  arn   TEXT NOT NULL,
  key   TEXT NOT NULL,
  value TEXT NOT NULL,
  PRIMARY KEY (arn, key)
) STRICT, WITHOUT ROWID;

-- The object index. The content of an object or part is the file objects/<blob>; several objects may share one. Keys are
-- BLOBs so that any bytes are a key and the order is that of S3, by bytes.
CREATE TABLE IF NOT EXISTS bucket (
  name    TEXT    NOT NULL PRIMARY KEY,
  region  TEXT    NOT NULL,
  created INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE IF NOT EXISTS object (
  bucket   TEXT    NOT NULL REFERENCES bucket (name),
  key      BLOB    NOT NULL,
  blob     TEXT    NOT NULL,
  size     INTEGER NOT NULL,
  etag     TEXT    NOT NULL,
  modified INTEGER NOT NULL,
  headers  TEXT    NOT NULL, -- content type, user metadata, checksums and the like, as {"name": "value"}
  parts    TEXT    NOT NULL, -- sizes of the parts of a multipart upload as [n, ...]; else null
  PRIMARY KEY (bucket, key)
) STRICT, WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS object_blob ON object (blob);

CREATE TABLE IF NOT EXISTS upload (
  id      TEXT    NOT NULL PRIMARY KEY,
  bucket  TEXT    NOT NULL REFERENCES bucket (name),
  key     BLOB    NOT NULL,
  started INTEGER NOT NULL,
  headers TEXT    NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS upload_key ON upload (bucket, key, id);

CREATE TABLE IF NOT EXISTS part (
  upload   TEXT    NOT NULL REFERENCES upload (id) ON DELETE CASCADE,
  number   INTEGER NOT NULL,
  blob     TEXT    NOT NULL,
  size     INTEGER NOT NULL,
  etag     TEXT    NOT NULL,
  modified INTEGER NOT NULL,
  headers  TEXT    NOT NULL, -- checksums, as {"name": "value"}
  PRIMARY KEY (upload, number)
) STRICT, WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS part_blob ON part (blob);

CREATE TABLE IF NOT EXISTS setting (
  name  TEXT NOT NULL PRIMARY KEY,
  value TEXT NOT NULL
) STRICT, WITHOUT ROWID;
