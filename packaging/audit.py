"""Looks the lock up in a database of known vulnerabilities that lies here (OSV's JSON, a folder or zip); no network."""

import argparse
import json
import subprocess
import sys
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from checkout import LOCK, fail
from lock import Pin, read_lock
from packaging.version import InvalidVersion, Version

from pentad.io.third_party import normal

_LARGEST = 16 << 20
_REMEDY = (
    "get OSV's dump for PyPI (all.zip in the folder PyPI of its bucket osv-vulnerabilities) where there is a network "
    "and name it with --database; or install pip-audit"
)


@dataclass(frozen=True, slots=True)
class Finding:
    """A package of the lock that an advisory speaks of; ``fixed`` are versions that no longer have it."""

    package: str
    version: str
    id: str
    aliases: tuple[str, ...]
    summary: str
    fixed: tuple[str, ...]


class Advisories:
    """OSV's records in a folder or a zip; ``unread`` names those that are none."""

    def __init__(self, place: Path) -> None:
        self._place = place
        self.count = 0
        self.unread: list[str] = []

    def __iter__(self) -> Iterator[Mapping[str, Any]]:
        for name, data in self._files():
            try:
                record = json.loads(data)
                _ = record["id"], record.get("affected", [])
            except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
                self.unread.append(name)
                continue
            self.count += 1
            yield record

    def _files(self) -> Iterator[tuple[str, bytes]]:
        try:
            if self._place.is_dir():
                for file in sorted(self._place.rglob("*.json")):
                    yield file.name, file.read_bytes() if file.stat().st_size <= _LARGEST else b""
                return
            with zipfile.ZipFile(self._place) as archive:
                for info in archive.infolist():
                    if info.filename.endswith(".json"):
                        yield info.filename, archive.read(info) if info.file_size <= _LARGEST else b""
        except (OSError, zipfile.BadZipFile, RuntimeError) as error:
            fail(f"{self._place} cannot be read as a database: {error}", _REMEDY)


def findings(pins: Mapping[str, Pin], advisories: Advisories) -> list[Finding]:
    """Every advisory that holds for a package of the lock, by package and id."""
    found = []
    for record in advisories:
        if record.get("withdrawn"):
            continue
        for affected in record.get("affected", []):
            try:
                finding = _finding(pins, record, affected)
            except (InvalidVersion, KeyError, TypeError, AttributeError):
                advisories.unread.append(str(record["id"]))
                continue
            found += [finding] if finding is not None else []
    unique = {(one.package, one.id): one for one in found}
    return [unique[key] for key in sorted(unique)]


def _finding(pins: Mapping[str, Pin], record: Mapping[str, Any], affected: Mapping[str, Any]) -> Finding | None:
    package = affected.get("package", {})
    pin = pins.get(normal(str(package.get("name", ""))))
    if pin is None or package.get("ecosystem", "").split(":")[0] != "PyPI":
        return None
    # Why public: advisories know no local versions such as 2.13.0+cpu.
    version = Version(Version(pin.version).public)
    ranges = [one for one in affected.get("ranges", []) if one.get("type") in ("ECOSYSTEM", "SEMVER")]
    named = any(_same(text, version) for text in affected.get("versions", []))
    if not named and not any(_inside(version, one.get("events", [])) for one in ranges):
        return None
    fixed = {event["fixed"] for one in ranges for event in one.get("events", []) if "fixed" in event}
    later = sorted((text for text in fixed if Version(text) > version), key=Version)
    summary = str(record.get("summary") or record.get("details", ""))[:200].splitlines()
    aliases = tuple(map(str, record.get("aliases", [])))
    return Finding(pin.name, pin.version, str(record["id"]), aliases, summary[0] if summary else "", tuple(later))


def _same(text: str, version: Version) -> bool:
    """Whether an advisory's own list means this version; old lists have words that are none."""
    try:
        return Version(text) == version
    except InvalidVersion:
        return False


def _inside(version: Version, events: Sequence[Mapping[str, str]]) -> bool:
    """Whether ``version`` is affected, by OSV's rule: the last event at or below it decides."""
    inside = False
    for event in sorted(events, key=_event_order):
        if "introduced" in event:
            inside = inside or event["introduced"] == "0" or Version(event["introduced"]) <= version
        elif "fixed" in event:
            inside = inside and version < Version(event["fixed"])
        elif "last_affected" in event:
            inside = inside and version <= Version(event["last_affected"])
    return inside


def _event_order(event: Mapping[str, str]) -> tuple[Version, int]:
    text = event.get("introduced") or event.get("fixed") or event.get("last_affected") or event.get("limit") or "0"
    return Version("0.dev0" if text == "0" else text), "introduced" not in event


def main() -> int:
    """Print what is known; 1 where a package is affected, 2 where it cannot be told."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--database", type=Path, help="OSV's JSON records: a folder or a zip")
    parser.add_argument("--file", type=Path, default=LOCK, help="another lock than packaging/release.lock")
    parser.add_argument("--ignore", action="append", default=[], metavar="ID", help="an advisory that was looked into")
    parser.add_argument("--json", action="store_true", help="one JSON object on stdout")
    asked = parser.parse_args()
    try:
        pins = read_lock(asked.file.read_text("utf-8"))
    except OSError as error:
        fail(f"{asked.file} cannot be read: {error.strerror}", "write it: python packaging/lock.py")
    if asked.database is None:
        return _by_pip_audit(asked.file)
    advisories = Advisories(asked.database)
    found = [one for one in findings(pins, advisories) if not {one.id, *one.aliases} & set(asked.ignore)]
    if not advisories.count:
        fail(f"{asked.database} holds no advisory", _REMEDY)
    _tell(found, advisories, packages=len(pins), as_json=asked.json)
    return 1 if found else 2 if advisories.unread else 0


def _tell(found: Sequence[Finding], advisories: Advisories, *, packages: int, as_json: bool) -> None:
    if as_json:
        said = {"packages": packages, "advisories": advisories.count, "unread": sorted(set(advisories.unread))}
        print(json.dumps({**said, "findings": [asdict(one) for one in found]}))
        return
    for one in found:
        names = ", ".join((one.id, *one.aliases))
        print(f"{one.package} {one.version}: {names}: {one.summary} (fixed in {', '.join(one.fixed) or 'no version'})")
    for name in sorted(set(advisories.unread)):
        print(f"warning: {name} could not be read", file=sys.stderr)
    print(f"audit: {packages} packages, {advisories.count:,} advisories, {len(found)} found")


def _by_pip_audit(lock: Path) -> int:
    if find_spec("pip_audit") is None:
        fail("there is nothing to look the lock up in", _REMEDY)
    command = [sys.executable, "-m", "pip_audit", "--require-hashes", "--disable-pip", "-r", str(lock)]
    return subprocess.run(command, check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
