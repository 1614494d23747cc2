"""The tables, as migrations in order; `user_version` counts those applied. Never alters a row."""

from __future__ import annotations

SCHEMA: tuple[str, ...] = (
    """
    CREATE TABLE job (
        key TEXT PRIMARY KEY, shot TEXT NOT NULL, tier TEXT NOT NULL, take INTEGER NOT NULL,
        provider TEXT NOT NULL, model TEXT NOT NULL, state TEXT NOT NULL,
        attempt INTEGER NOT NULL, request TEXT NOT NULL, ticket TEXT, media TEXT,
        number INTEGER, error TEXT, created TEXT NOT NULL, updated TEXT NOT NULL
    ) STRICT;
    CREATE TABLE take (
        shot TEXT NOT NULL, number INTEGER NOT NULL, job TEXT NOT NULL, path TEXT NOT NULL,
        digest TEXT NOT NULL, created TEXT NOT NULL, PRIMARY KEY (shot, number)
    ) STRICT;
    CREATE TABLE ledger (
        id INTEGER PRIMARY KEY, at TEXT NOT NULL, job TEXT NOT NULL, attempt INTEGER NOT NULL,
        kind TEXT NOT NULL CHECK (kind IN ('reserve', 'charge', 'release')), usd TEXT NOT NULL
    ) STRICT;
    CREATE INDEX ledger_job ON ledger (job, attempt)
    """,
    "ALTER TABLE job ADD COLUMN cost TEXT",
    """
    ALTER TABLE job ADD COLUMN owner TEXT NOT NULL DEFAULT '';
    ALTER TABLE job ADD COLUMN kind TEXT;
    ALTER TABLE job ADD COLUMN seed INTEGER;
    CREATE INDEX job_shot ON job (shot);
    ALTER TABLE ledger RENAME TO ledger_before;
    DROP INDEX ledger_job;
    CREATE TABLE ledger (
        id INTEGER PRIMARY KEY, at TEXT NOT NULL, day TEXT NOT NULL, run TEXT NOT NULL,
        job TEXT NOT NULL, attempt INTEGER NOT NULL, kind TEXT NOT NULL
        CHECK (kind IN ('reserve', 'charge', 'release', 'refund', 'unknown')), usd TEXT NOT NULL
    ) STRICT;
    INSERT INTO ledger SELECT id, at, date(at, 'localtime'), '', job, attempt, kind, usd
        FROM ledger_before;
    DROP TABLE ledger_before;
    CREATE INDEX ledger_job ON ledger (job, attempt);
    CREATE TABLE balance (scope TEXT PRIMARY KEY, usd TEXT NOT NULL) STRICT
    """,
)


def statements(script: str) -> list[str]:
    """The statements of a migration, one by one, so that they can share a transaction."""
    return [part for part in (piece.strip() for piece in script.split(";")) if part]
