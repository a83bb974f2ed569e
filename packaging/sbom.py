"""The parts of a release as a CycloneDX bill of materials in JSON: the same lock gives the same bytes."""

import argparse
import json
import os
import re
import sys
import tomllib
import uuid
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from checkout import HOME, LOCK, closure, fail, project
from licences import Policy, packages, permits
from lock import Pin, read_lock

from pentad.io.third_party import ThirdParty, normal

SPEC = "1.5"
_NAMESPACE = uuid.uuid5(uuid.NAMESPACE_URL, "https://cyclonedx.org/pentad")
_WORD = re.compile(r"[A-Za-z0-9.+-]+")


def bill(pins: dict[str, Pin], parts: dict[str, ThirdParty], needs: dict[str, set[str]]) -> dict[str, Any]:
    """The document. ``parts`` are the packages installed here by name, ``needs`` who asks for whom."""
    about = project()
    root = f"pkg:pypi/{about['name']}@{about['version']}"
    components = [_component(pin, parts.get(name)) for name, pin in sorted(pins.items())]
    if (python := parts.get("python")) is not None:
        components.insert(0, _interpreter(python))
    direct = {normal(_name_of(text)) for text in about["dependencies"]}
    edges = [{"ref": root, "dependsOn": sorted(_ref(pins[name]) for name in direct if name in pins)}]
    edges += [
        {"ref": _ref(pin), "dependsOn": sorted(_ref(pins[one]) for one in needs.get(name, ()) if one in pins)}
        for name, pin in sorted(pins.items())
    ]
    made = {
        "type": "application",
        "bom-ref": root,
        "name": about["name"],
        "version": about["version"],
        "description": about["description"],
        "licenses": [{"license": {"id": about["license"]}}],
        "purl": root,
    }
    content: dict[str, Any] = {
        "$schema": f"http://cyclonedx.org/schema/bom-{SPEC}.schema.json",
        "bomFormat": "CycloneDX",
        "specVersion": SPEC,
        "version": 1,
        "metadata": {**_time(), "component": made},
        "components": components,
        "dependencies": edges,
    }
    # Why from the content: the number has to be another for another bill, and the same for the same.
    mark = uuid.uuid5(_NAMESPACE, json.dumps(content, sort_keys=True))
    return {**content, "serialNumber": f"urn:uuid:{mark}"}


def _component(pin: Pin, part: ThirdParty | None) -> dict[str, Any]:
    found: dict[str, Any] = {
        "type": "library",
        "bom-ref": _ref(pin),
        "name": pin.name,
        "version": pin.version,
        "purl": _ref(pin),
        "hashes": [{"alg": "SHA-256", "content": pin.sha256}],
    }
    if part is not None:
        found["licenses"] = _licences(part.licence)
        if part.home.startswith(("https://", "http://")):
            found["externalReferences"] = [{"type": "website", "url": part.home}]
    return found


def _interpreter(part: ThirdParty) -> dict[str, Any]:
    ref = f"pkg:generic/python@{part.version}"
    return {"type": "platform", "bom-ref": ref, "name": "python", "version": part.version, "purl": ref,
            "licenses": _licences(part.licence)}  # fmt: skip


def _licences(licence: str) -> list[dict[str, Any]]:
    """One id, one expression, or a name where it is neither."""
    words = [word for word in _WORD.findall(licence) if word not in ("AND", "OR", "WITH")]
    if words == [licence]:
        return [{"license": {"id": licence}}]
    if permits(licence, frozenset({*words, *re.findall(r"[\w.+-]+ WITH [\w.+-]+", licence)})):
        return [{"expression": licence}]
    return [{"license": {"name": licence}}]


def _ref(pin: Pin) -> str:
    # Why: a local version's plus sign means a space in a purl.
    return f"pkg:pypi/{pin.name}@{pin.version.replace('+', '%2B')}"


def _name_of(requirement: str) -> str:
    found = re.match(r"[A-Za-z0-9._-]+", requirement)
    return found[0] if found is not None else requirement


def _time() -> dict[str, str]:
    """When, if the build says so (SOURCE_DATE_EPOCH): the clock would make every run another."""
    told = os.environ.get("SOURCE_DATE_EPOCH", "")
    if not told.isdecimal():
        return {}
    return {"timestamp": datetime.fromtimestamp(int(told), UTC).strftime("%Y-%m-%dT%H:%M:%SZ")}


def main() -> int:
    """Write the bill of the lock."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("out", type=Path, help="the new file, such as pentad.cdx.json")
    parser.add_argument("--file", type=Path, default=LOCK, help="another lock than packaging/release.lock")
    asked = parser.parse_args()
    try:
        pins = read_lock(asked.file.read_text("utf-8"))
    except OSError as error:
        fail(f"{asked.file} cannot be read: {error.strerror}", "write it: python packaging/lock.py")
    policy = Policy(tomllib.loads((HOME / "packaging" / "licences.toml").read_text("utf-8")))
    parts = {normal(part.name): policy.part(part) for part in packages(with_text=False)}
    needs = {
        name: {normal(_name_of(text)) for text in one.requires or () if "extra ==" not in text}
        for name, one in closure().items()
    }
    asked.out.write_text(json.dumps(bill(pins, parts, needs), indent=1, sort_keys=True) + "\n", "utf-8")
    print(f"sbom: {len(pins)} packages in {asked.out}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
