"""The exact packages of a release with their hashes: written from what is installed here, or checked against it."""

import argparse
import json
import platform
import re
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from checkout import LOCK, closure, fail, project
from packaging.requirements import Requirement

from pentad.io.third_party import normal

HEADING = """# The packages of a release, exactly: CPython {python} on {system}, no extras, PyTorch for the CPU.
# Written by packaging/lock.py; pip install --require-hashes --no-deps -r FILE takes these files and no others.
"""
_ENTRY = re.compile(r"^([a-z0-9-]+)==([^\s\\]+) \\\n    --hash=sha256:([0-9a-f]{64})$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Pin:
    """One package of the lock; ``sha256`` is its wheel's."""

    name: str
    version: str
    sha256: str

    @property
    def line(self) -> str:
        return f"{self.name}=={self.version} \\\n    --hash=sha256:{self.sha256}"


def read_lock(text: str) -> dict[str, Pin]:
    """The pins by name; ends the script where a line is neither one nor a comment."""
    pins = {name: Pin(name, version, sha256) for name, version, sha256 in _ENTRY.findall(text)}
    rest = [line for line in _ENTRY.sub("", text).splitlines() if line.strip() and not line.startswith("#")]
    if rest or not pins:
        fail(
            f"the lock has a line that is no pin: {(rest or ['(none)'])[0]}", "write it anew: python packaging/lock.py"
        )
    return pins


def write_lock(pins: Mapping[str, Pin]) -> str:
    system = f"{platform.system().lower()} {platform.machine()}"
    heading = HEADING.format(python=".".join(platform.python_version_tuple()[:2]), system=system)
    return heading + "\n".join(pin.line for _, pin in sorted(pins.items())) + "\n"


def resolved() -> dict[str, Pin]:
    """What is installed here, with the hash of the wheel that pip finds for it; nothing is installed."""
    wanted = {name: found.version for name, found in closure().items()}
    with tempfile.TemporaryDirectory() as folder:
        pins, report = Path(folder) / "pins.txt", Path(folder) / "report.json"
        pins.write_text("\n".join(f"{name}=={version}" for name, version in wanted.items()))
        command = [sys.executable, "-m", "pip", "install", "--dry-run", "--ignore-installed", "--no-deps", "--quiet"]
        command += ["--only-binary", ":all:", "--disable-pip-version-check", "--report", str(report), "-r", str(pins)]
        asked = subprocess.run(command, capture_output=True, text=True, check=False)
        if asked.returncode:
            fail(f"pip found no wheels: {asked.stderr.strip().splitlines()[-1]}", "check its index, then run it again")
        found = [_pin(item) for item in json.loads(report.read_text("utf-8"))["install"]]
    return {pin.name: pin for pin in found}


def _pin(item: Mapping[str, Any]) -> Pin:
    name = normal(item["metadata"]["name"])
    hashes = item["download_info"].get("archive_info", {}).get("hashes", {})
    if "sha256" not in hashes:
        fail(f"pip knows no sha256 of {name}", "use an index that tells them, or a newer pip")
    return Pin(name, item["metadata"]["version"], hashes["sha256"])


def faults(pins: Mapping[str, Pin], requirements: list[str]) -> list[str]:
    """What is wrong with the lock: outside the ranges of pyproject.toml, or not what the packages in it ask for.

    What a package asks for is known where it is installed here in the very version of the lock.
    """
    wanted = [(text, "pyproject.toml") for text in requirements]
    here = {name: one for name, one in closure().items() if name in pins and one.version == pins[name].version}
    wanted += [(text, name) for name, one in here.items() for text in one.requires or () if "extra ==" not in text]
    found = [fault for text, by in wanted if (fault := _fault(Requirement(text), pins, by))]
    if len(here) < len(pins):
        return found
    needed = {normal(Requirement(text).name) for text, _ in wanted}
    return found + [f"{name} is in the lock and nothing needs it" for name in pins if name not in needed]


def _fault(wanted: Requirement, pins: Mapping[str, Pin], by: str) -> str:
    if wanted.marker is not None and not wanted.marker.evaluate({"extra": ""}):
        return ""
    pin = pins.get(normal(wanted.name))
    if pin is None:
        return f"{wanted.name} is wanted by {by} and not in the lock"
    if not wanted.specifier.contains(pin.version, prereleases=True):
        return f"{pin.name} {pin.version} is outside {by}'s {wanted.specifier}"
    return ""


def main() -> int:
    """Write the lock, or with --check say what is wrong with it; 1 where something is."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="change nothing and ask no index")
    parser.add_argument("--file", type=Path, default=LOCK, help="another lock than packaging/release.lock")
    asked = parser.parse_args()
    if not asked.check:
        asked.file.write_text(write_lock(resolved()), "utf-8")
    try:
        pins = read_lock(asked.file.read_text("utf-8"))
    except OSError as error:
        fail(f"{asked.file} cannot be read: {error.strerror}", "write it: python packaging/lock.py")
    wrong = faults(pins, project()["dependencies"])
    for fault in wrong:
        print(f"error: {fault} (remedy: write the lock anew: python packaging/lock.py)", file=sys.stderr)
    known = sum(name in pins and one.version == pins[name].version for name, one in closure().items())
    print(f"lock: {len(pins)} packages, {known} of them installed here in that version, {len(wrong)} faults")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
