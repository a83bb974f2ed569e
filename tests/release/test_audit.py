"""The audit finds what an advisory speaks of, and nothing else; what it cannot tell it says."""

import json
import zipfile
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from packaging.version import Version

from tests.release.scripts import run, script

LOCK = "numpy==2.4.6 \\\n    --hash=sha256:" + "a" * 64 + "\ntorch==2.13.0+cpu \\\n    --hash=sha256:" + "b" * 64 + "\n"


def _record(id: str, name: str, **affected: Any) -> dict[str, Any]:
    package = {"ecosystem": affected.pop("ecosystem", "PyPI"), "name": name}
    return {
        "id": id,
        "summary": f"{id} is bad",
        "aliases": [f"CVE-{id}"],
        "affected": [{"package": package, **affected}],
    }


def _range(*events: dict[str, str], type: str = "ECOSYSTEM") -> list[dict[str, Any]]:
    return [{"type": type, "events": list(events)}]


RECORDS = {
    "here-by-range": _record("R1", "NumPy", ranges=_range({"introduced": "0"}, {"fixed": "2.4.7"}, {"fixed": "3.0"})),
    "here-by-list": _record("R2", "torch", versions=["2.12.0", "2.13.0", "nonsense"]),
    "here-by-last": _record("R3", "numpy", ranges=_range({"introduced": "2.4.0"}, {"last_affected": "2.4.6"})),
    "fixed-before": _record("R4", "numpy", ranges=_range({"introduced": "0"}, {"fixed": "2.4.6"})),
    "came-later": _record("R5", "numpy", ranges=_range({"introduced": "2.5.0"})),
    "between": _record("R6", "numpy", ranges=_range({"introduced": "0"}, {"fixed": "1.0"}, {"introduced": "2.5"})),
    "another": _record("R7", "nump", ranges=_range({"introduced": "0"})),
    "elsewhere": _record("R8", "numpy", ecosystem="npm", ranges=_range({"introduced": "0"})),
    "commits": _record("R9", "numpy", ranges=_range({"introduced": "0"}, type="GIT")),
    "withdrawn": {**_record("R10", "numpy", ranges=_range({"introduced": "0"})), "withdrawn": "2026-01-01T00:00:00Z"},
}


@pytest.fixture
def database(tmp_path: Path) -> Path:
    folder = tmp_path / "PyPI"
    folder.mkdir()
    for name, record in RECORDS.items():
        (folder / f"{name}.json").write_text(json.dumps(record))
    return folder


@pytest.fixture
def lock(tmp_path: Path) -> Path:
    (tmp_path / "release.lock").write_text(LOCK)
    return tmp_path / "release.lock"


def _ids(said: str) -> list[str]:
    return [one["id"] for one in json.loads(said)["findings"]]


def test_only_what_holds_for_the_locked_versions_is_found(database: Path, lock: Path) -> None:
    said, _ = run("audit", "--database", database, "--file", lock, "--json", code=1)
    assert _ids(said) == ["R1", "R3", "R2"]
    (first, *_) = json.loads(said)["findings"]
    assert (first["package"], first["version"], first["fixed"]) == ("numpy", "2.4.6", ["2.4.7", "3.0"])
    told, _ = run("audit", "--database", database, "--file", lock, code=1)
    assert "torch 2.13.0+cpu: R2, CVE-R2" in told
    assert "3 found" in told


def test_a_zip_of_the_records_says_the_same(database: Path, lock: Path, tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "all.zip", "w") as archive:
        for file in database.iterdir():
            archive.write(file, file.name)
    said, _ = run("audit", "--database", tmp_path / "all.zip", "--file", lock, "--json", code=1)
    assert _ids(said) == ["R1", "R3", "R2"]


def test_what_was_looked_into_is_left_out(database: Path, lock: Path) -> None:
    words = ("--ignore", "R1", "--ignore", "CVE-R2", "--ignore", "R3")
    said, _ = run("audit", "--database", database, "--file", lock, *words)
    assert "0 found" in said


def test_what_cannot_be_read_is_said_and_is_no_all_clear(lock: Path, tmp_path: Path) -> None:
    folder = tmp_path / "broken"
    folder.mkdir()
    run("audit", "--database", folder, "--file", lock, code=2)
    (folder / "good.json").write_text(json.dumps(RECORDS["fixed-before"]))
    run("audit", "--database", folder, "--file", lock)
    (folder / "torn.json").write_text('{"id": "X"')
    (folder / "odd.json").write_text(json.dumps(_record("O", "numpy", ranges=_range({"introduced": "one"}))))
    _, err = run("audit", "--database", folder, "--file", lock, code=2)
    assert "torn.json" in err
    assert "O could not be read" in err
    (tmp_path / "no.zip").write_bytes(b"no")
    run("audit", "--database", tmp_path / "no.zip", "--file", lock, code=2)


@given(
    st.lists(st.tuples(st.integers(0, 9), st.booleans()), min_size=1, max_size=6, unique_by=lambda one: one[0]),
    st.integers(0, 9),
)
def test_ranges_agree_with_walking_through_all_versions(events: list[tuple[int, bool]], at: int) -> None:
    told = [{"introduced" if begins else "fixed": f"{number}.0"} for number, begins in events]
    state = False
    for number, begins in sorted(events):
        state = begins if number <= at else state
    assert script("audit")._inside(Version(f"{at}.0"), told) is state
