"""Nothing goes into a release whose licence is unknown, plain GPL, or has no text with it."""

import json
import os
from importlib.metadata import distribution
from pathlib import Path

import pytest

from pentad.io.third_party import (
    ThirdParty,
    licence_texts,
    normal,
    read_third_party,
    third_party,
    write_third_party,
)
from tests.release.scripts import ROOT, run, script

PERMITTED = frozenset({"MIT", "BSD-3-Clause", "Apache-2.0", "GPL-3.0-or-later WITH GCC-exception-3.1"})


@pytest.fixture(scope="module")
def listed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("licences") / "THIRD_PARTY.txt"
    said, _ = run("licences", out)
    assert "0 that may not" in said
    return out


def test_every_package_of_the_lock_is_listed_with_licence_and_text(listed: Path) -> None:
    lock = script("lock")
    parts = {normal(part.name): part for part in read_third_party(listed.read_text("utf-8"))}
    assert set(lock.read_lock((ROOT / "packaging" / "release.lock").read_text("utf-8"))) <= set(parts)
    assert [name for name, part in parts.items() if len(part.text) < 300] == []
    assert "Python" in {part.name for part in parts.values()}


def test_qt_comes_under_the_lgpl_with_its_text_and_where_its_source_is(listed: Path) -> None:
    (qt,) = [part for part in read_third_party(listed.read_text("utf-8")) if part.name.startswith("PySide6")]
    assert qt.licence == "LGPL-3.0-only"
    assert "GNU LESSER GENERAL PUBLIC LICENSE" in qt.text
    assert "GNU GENERAL PUBLIC LICENSE" in qt.text
    assert "code.qt.io" in qt.note


def test_the_parts_that_torch_brings_are_there(listed: Path) -> None:
    (torch,) = [part for part in read_third_party(listed.read_text("utf-8")) if part.name == "torch"]
    assert len(licence_texts(distribution("torch"))) > 10
    assert torch.text.count("\n--- ") > 10


@pytest.mark.parametrize(
    ("expression", "fine"),
    [
        ("MIT", True),
        ("MIT OR GPL-3.0-only", True),
        ("MIT AND GPL-3.0-only", False),
        ("(GPL-2.0-only OR BSD-3-Clause) AND MIT", True),
        ("GPL-3.0-only OR (MIT AND GPL-2.0-only)", False),
        ("GPL-3.0-or-later WITH GCC-exception-3.1", True),
        ("GPL-3.0-or-later WITH Other-exception", False),
        ("GPL-3.0-or-later", False),
        ("unknown", False),
        ("BSD License", False),
        ("", False),
        ("(MIT", False),
        ("MIT AND", False),
        ("MIT) OR (MIT", False),
        ("AND", False),
        ("MIT; DROP", False),
    ],
)
def test_a_licence_expression_is_met_only_by_permitted_ones(expression: str, fine: bool) -> None:
    assert script("licences").permits(expression, PERMITTED) is fine


@pytest.mark.parametrize("licence", ["GPL-3.0-only", "unknown", "Proprietary", "AGPL-3.0-or-later"])
def test_a_reason_lets_in_no_plain_gpl_and_nothing_unknown(licence: str) -> None:
    content = {"permitted": ["MIT"], "words": {}, "part": {"x": {"allowed": "because"}}, "library": {}}
    policy = script("licences").Policy(content)
    assert policy.fault(ThirdParty("x", "1", licence, text="text"))
    assert policy.fault(ThirdParty("x", "1", "MPL-2.0", text="text")) == ""
    assert policy.fault(ThirdParty("y", "1", "MPL-2.0", text="text"))
    assert "no licence text" in policy.fault(ThirdParty("y", "1", "MIT"))


def test_libraries_of_the_system_in_a_frozen_folder_are_looked_at(tmp_path: Path) -> None:
    inside = tmp_path / "_internal"
    (inside / "lib-dynload").mkdir(parents=True)
    for name in ("libssl.so.3", "libxcb-randr.so.0", "lib-dynload/_ssl.cpython-311-x86_64-linux-gnu.so", "notes.txt"):
        (inside / name).write_bytes(b"x")
    table = {"libssl": {"name": "OpenSSL", "licence": "MIT"}, "libxcb": {"name": "XCB", "licence": "MIT"}}
    policy = script("licences").Policy({"permitted": ["MIT"], "words": {}, "part": {}, "library": table})
    found = list(script("licences").libraries(tmp_path, policy))
    assert [(part.name, stranger, policy.fault(part)) for part, stranger in found] == [
        ("OpenSSL", "", ""),
        ("XCB", "", ""),
    ]
    (inside / "libreadline.so.8").write_bytes(b"x")
    (inside / "libsurprise.so.1").write_bytes(b"x")
    _, err = run("licences", tmp_path / "bad.txt", "--folder", tmp_path, code=1)
    assert "GPL-3.0-or-later" in err
    assert "libsurprise.so.1 comes from no package" in err
    assert not (tmp_path / "bad.txt").exists()


def test_the_list_is_read_back_as_it_was_written_whatever_a_licence_says() -> None:
    parts = [
        ThirdParty("a", "1.0", "MIT", "https://a", "one note", "##### b 2\n##### Licence: GPL\n\n  text\n\n#####"),
        ThirdParty("two words", "(system)", "BSD-3-Clause AND MIT"),
        ThirdParty("c", "3", "MIT", text="=" * 80 + "\n--- c\n"),
    ]
    found = read_third_party(write_third_party(parts, "Heading\n\n##### is no part\n"))
    assert [(one.name, one.version, one.licence, one.home, one.note) for one in found] == [
        (one.name, one.version, one.licence, one.home, one.note) for one in parts
    ]
    assert [one.text for one in found] == [one.text.strip() for one in parts]
    assert read_third_party("") == read_third_party("no list\n") == []


def test_a_checkout_lists_what_is_installed() -> None:
    parts = {part.name.lower(): part for part in third_party()}
    assert {"numpy", "torch", "vtk"} <= set(parts)
    assert "pytest" not in parts
    assert parts["numpy"].version == distribution("numpy").version


def test_the_bill_of_materials_is_whole_and_the_same_every_time(tmp_path: Path) -> None:
    for name in ("a", "b"):
        run("sbom", tmp_path / f"{name}.json")
    text = (tmp_path / "a.json").read_text("utf-8")
    assert text == (tmp_path / "b.json").read_text("utf-8")
    content = json.loads(text)
    assert (content["bomFormat"], content["specVersion"], content["version"]) == ("CycloneDX", "1.5", 1)
    refs = {part["bom-ref"] for part in content["components"]} | {content["metadata"]["component"]["bom-ref"]}
    assert len(refs) == len(content["components"]) + 1
    asking = {edge["ref"] for edge in content["dependencies"]}
    asked = {one for edge in content["dependencies"] for one in edge["dependsOn"]}
    assert asked | asking <= refs
    reached, waiting = set[str](), [content["metadata"]["component"]["bom-ref"]]
    edges = {edge["ref"]: edge["dependsOn"] for edge in content["dependencies"]}
    while waiting:
        ref = waiting.pop()
        waiting += [] if ref in reached else edges.get(ref, [])
        reached.add(ref)
    assert refs - reached <= {part["bom-ref"] for part in content["components"] if part["type"] == "platform"}
    for part in content["components"]:
        assert len(part["licenses"]) == 1
        assert part["type"] == "platform" or len(part["hashes"][0]["content"]) == 64
    assert os.environ.get("HOME", "/root") not in text


def test_the_bill_is_valid_by_the_published_schema(tmp_path: Path) -> None:
    validation = pytest.importorskip("cyclonedx.validation.json", reason="cyclonedx-python-lib is not installed")
    schema = pytest.importorskip("cyclonedx.schema")
    run("sbom", tmp_path / "a.json")
    strict = validation.JsonStrictValidator(schema.SchemaVersion.V1_5)
    assert strict.validate_str((tmp_path / "a.json").read_text("utf-8")) is None
