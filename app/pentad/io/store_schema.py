"""The tables of ``project.sqlite``, and how an older file becomes a newer one."""

import contextlib
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from pentad.core.problem import Problem
from pentad.sdk.atomic import replace_file

APPLICATION_ID = 0x50454E54
"""Marks the file as Pentad's ("PENT")."""

Migration = Callable[[sqlite3.Connection], None]

_FIRST = """
CREATE TABLE project (
    only INTEGER PRIMARY KEY CHECK (only = 1), name TEXT NOT NULL, data TEXT NOT NULL, layout TEXT NOT NULL,
    options TEXT NOT NULL, created TEXT NOT NULL);
CREATE TABLE sample (
    number INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, category TEXT NOT NULL, split TEXT NOT NULL, anomaly TEXT,
    views TEXT NOT NULL, attributes TEXT);
CREATE TABLE label_class (class INTEGER PRIMARY KEY CHECK (class BETWEEN 1 AND 255), name TEXT NOT NULL UNIQUE,
    colour TEXT NOT NULL);
CREATE TABLE review (
    number INTEGER PRIMARY KEY, sample TEXT NOT NULL, verdict TEXT NOT NULL, who TEXT NOT NULL, at TEXT NOT NULL,
    remark TEXT NOT NULL);
CREATE INDEX review_of_sample ON review (sample, number);
CREATE TABLE remark (
    number INTEGER PRIMARY KEY, sample TEXT NOT NULL, view TEXT NOT NULL, text TEXT NOT NULL, who TEXT NOT NULL,
    at TEXT NOT NULL);
CREATE INDEX remark_of_sample ON remark (sample, number);
CREATE TABLE run (
    number INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, file TEXT NOT NULL, made_by TEXT NOT NULL,
    created TEXT NOT NULL, samples INTEGER NOT NULL, status TEXT NOT NULL);
CREATE TABLE score (
    run INTEGER NOT NULL REFERENCES run ON DELETE CASCADE, sample TEXT NOT NULL, view TEXT NOT NULL,
    score REAL NOT NULL, PRIMARY KEY (run, sample, view)) WITHOUT ROWID;
CREATE TABLE audit (number INTEGER PRIMARY KEY, at TEXT NOT NULL, who TEXT NOT NULL, what TEXT NOT NULL,
    detail TEXT NOT NULL);
"""
_APPEND_ONLY = ("review", "audit")


def _first(connection: sqlite3.Connection) -> None:
    for statement in _FIRST.split(";\n"):
        if statement.strip():
            connection.execute(statement)
    for table in _APPEND_ONLY:
        for change in ("UPDATE", "DELETE"):
            connection.execute(
                f"CREATE TRIGGER {table}_keeps_{change.lower()} BEFORE {change} ON {table} "
                f"BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"
            )


def _looks_of_classes(connection: sqlite3.Connection) -> None:
    """How a class is shown and guarded, beside what it is."""
    for column in ("visible INTEGER NOT NULL DEFAULT 1", "locked INTEGER NOT NULL DEFAULT 0",
                   "opacity REAL NOT NULL DEFAULT 1.0", "contour INTEGER NOT NULL DEFAULT 0"):  # fmt: skip
        connection.execute(f"ALTER TABLE label_class ADD COLUMN {column}")


def _dismissed_contradictions(connection: sqlite3.Connection) -> None:
    """Places where views contradict each other and a person found nothing wrong."""
    connection.execute(
        "CREATE TABLE dismissed (number INTEGER PRIMARY KEY, sample TEXT NOT NULL, view TEXT NOT NULL, "
        "class INTEGER NOT NULL, y0 INTEGER NOT NULL, x0 INTEGER NOT NULL, y1 INTEGER NOT NULL, x1 INTEGER NOT NULL, "
        "who TEXT NOT NULL, at TEXT NOT NULL)"
    )


MIGRATIONS: tuple[Migration, ...] = (_first, _looks_of_classes, _dismissed_contradictions)
"""The n-th makes version n out of version n - 1. Never change one that was released: add another."""


@contextlib.contextmanager
def transaction(connection: sqlite3.Connection) -> Iterator[None]:
    """All or nothing, on disk at the end."""
    connection.execute("BEGIN IMMEDIATE")
    try:
        yield
        connection.execute("COMMIT")
    except BaseException:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise


def version_of(connection: sqlite3.Connection) -> int:
    return int(connection.execute("PRAGMA user_version").fetchone()[0])


def check_version(connection: sqlite3.Connection, file: Path, *, newest: int = len(MIGRATIONS)) -> int:
    """The file's schema version; Problem where it is not Pentad's or was made by a newer Pentad."""
    if connection.execute("PRAGMA application_id").fetchone()[0] != APPLICATION_ID:
        raise Problem(
            f"{file} is no project of Pentad",
            "it is another program's database",
            remedy="Open a folder that `pentad project new` made. The file was left as it is.",
        )
    version = version_of(connection)
    if version > newest:
        raise Problem(
            f"{file} was made by a newer Pentad",
            f"its format is {version}, this Pentad knows {newest}",
            remedy="Update Pentad. The file was left as it is.",
        )
    return version


def migrate(connection: sqlite3.Connection, file: Path, *, migrations: Sequence[Migration] = MIGRATIONS) -> None:
    """Bring the file to the newest version, step by step in one transaction, with a copy of the old file beside it."""
    version = version_of(connection)
    if version == len(migrations):
        return
    if version:
        _copy(connection, file.with_name(f"{file.stem}.version{version}.sqlite"))
    with transaction(connection):
        connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
        for number, step in enumerate(migrations[version:], start=version + 1):
            step(connection)
            connection.execute(f"PRAGMA user_version = {number}")


def _copy(connection: sqlite3.Connection, target: Path) -> None:
    with replace_file(target) as temporary, contextlib.closing(sqlite3.connect(temporary)) as copy:
        connection.backup(copy)
