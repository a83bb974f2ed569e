"""Opening ``project.sqlite``, and what SQLite's complaints mean to a person."""

import contextlib
import json
import sqlite3
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path

from pentad.core.problem import Problem
from pentad.io.store_schema import MIGRATIONS, bring_up, check_version, migrate, refuse_newer, transaction
from pentad.sdk.atomic import not_written, replace_file

STORE_FILE = "project.sqlite"
_DISK = {"SQLITE_FULL", "SQLITE_IOERR", "SQLITE_CANTOPEN", "SQLITE_READONLY"}


def make_database(file: Path, *, name: str, data: str, layout: str, options: Mapping[str, str]) -> None:
    """A new database, whole or not at all."""
    _set_aside_log(file)
    try:
        with replace_file(file) as temporary, contextlib.closing(_raw(temporary)) as connection:
            migrate(connection, temporary)
            with transaction(connection):
                row = (name, data, layout, json.dumps(dict(options)), datetime.now(UTC).isoformat())
                connection.execute("INSERT INTO project VALUES (1, ?, ?, ?, ?, ?)", row)
    except sqlite3.Error as error:
        raise refused(file, error) from error


def connect(file: Path, *, read_only: bool = False) -> sqlite3.Connection:
    """The open database, of the newest version; Problem where it is damaged, newer, or not Pentad's.

    An older one is brought up to date, with a copy of it kept; for reading only that happens in memory alone.
    """
    refuse_newer(file)
    try:
        connection = _open_read_only(file) if read_only else _raw(file)
    except sqlite3.Error as error:
        raise damaged(file, error) from error
    try:
        version = check_version(connection, file)
        if read_only and version < len(MIGRATIONS):
            connection = _brought_up_in_memory(connection)
        if not read_only:
            connection.execute("PRAGMA journal_mode = WAL")
            # Why FULL: with less, the last decision of an inspector may be lost in a power cut.
            connection.execute("PRAGMA synchronous = FULL")
            connection.execute("PRAGMA foreign_keys = ON")
            migrate(connection, file)
        if connection.execute("SELECT count(*) FROM project").fetchone()[0] != 1:
            raise sqlite3.DatabaseError("it names no project")
    except sqlite3.Error as error:
        connection.close()
        raise damaged(file, error) from error
    except BaseException:
        connection.close()
        raise
    return connection


def damaged(file: Path, error: Exception) -> Problem:
    """The Problem that an unreadable database is."""
    if isinstance(error, sqlite3.Error) and _kind(error) in _DISK | {"SQLITE_BUSY"}:
        return refused(file, error)
    return Problem(
        f"{file} is damaged",
        str(error),
        remedy=f"Put back a copy of it. Or move it away and make the project anew in {file.parent}: masks and results "
        "lie in their own files and stay. The file was left as it is.",
    )


def refused(file: Path, error: sqlite3.Error) -> Problem:
    """The Problem that a failed write is."""
    kind = _kind(error)
    kept = "Nothing was lost: the project is as it was before."
    match kind:
        case "SQLITE_FULL":
            return Problem(f"{file} could not be written", "the disk is full", remedy=f"Free some space. {kept}")
        case "SQLITE_READONLY" | "SQLITE_CANTOPEN" | "SQLITE_PERM":
            remedy = f"Ask for the right to write into {file.parent}, or open the project read-only. {kept}"
            return Problem(f"{file} could not be written", "writing there is not allowed", remedy=remedy)
        case "SQLITE_BUSY" | "SQLITE_LOCKED":
            return Problem(f"{file} is in use", "another program holds it", remedy=f"Close it there. {kept}")
        case "SQLITE_IOERR":
            return Problem(f"{file} could not be written", str(error), remedy=f"See to the disk. {kept}")
        case "SQLITE_CORRUPT" | "SQLITE_NOTADB":
            return damaged(file, error)
        case _:
            return Problem(f"{file} could not take this", str(error), remedy=f"Check what was entered. {kept}")


def _set_aside_log(file: Path) -> None:
    # Why: SQLite would replay the log of a database that was moved away into the new one.
    log = file.with_name(f"{file.name}-wal")
    try:
        if log.exists():
            log.rename(log.with_name(f"{log.name}.old"))
    except OSError as error:
        raise not_written(log, error) from error


def _kind(error: sqlite3.Error) -> str:
    """The primary code: ``SQLITE_IOERR_WRITE`` is ``SQLITE_IOERR``."""
    return "_".join(getattr(error, "sqlite_errorname", "SQLITE_ERROR").split("_")[:2])


def _raw(file: Path) -> sqlite3.Connection:
    return sqlite3.connect(file, isolation_level=None, check_same_thread=False, timeout=5.0)


def _brought_up_in_memory(connection: sqlite3.Connection) -> sqlite3.Connection:
    """A copy that is read as if the file were of the newest version; ``connection`` is closed."""
    copy = sqlite3.connect(":memory:", isolation_level=None, check_same_thread=False)
    try:
        with contextlib.closing(connection):
            connection.backup(copy)
        bring_up(copy, MIGRATIONS)
    except BaseException:
        copy.close()
        raise
    return copy


def _open_read_only(file: Path) -> sqlite3.Connection:
    address = f"{file.resolve().as_uri()}?mode=ro"
    connection = sqlite3.connect(address, uri=True, isolation_level=None, check_same_thread=False, timeout=5.0)
    try:
        connection.execute("SELECT count(*) FROM sqlite_master")
    except sqlite3.OperationalError as error:
        connection.close()
        log = file.with_name(f"{file.name}-wal")
        if _kind(error) not in ("SQLITE_CANTOPEN", "SQLITE_READONLY") or (log.exists() and log.stat().st_size):
            raise
        # Why: on a read-only disk SQLite cannot make the files that WAL needs; with no log left, none are needed.
        connection = sqlite3.connect(f"{address}&immutable=1", uri=True, isolation_level=None, check_same_thread=False)
    return connection
