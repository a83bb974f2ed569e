"""Collects the licences of everything a release is made of into THIRD_PARTY.txt, and refuses what may not be in one."""

import argparse
import platform
import re
import subprocess
import sys
import sysconfig
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import replace
from importlib.metadata import Distribution, PackageNotFoundError, distribution, distributions
from pathlib import Path
from typing import Any

from checkout import HOME, closure, project

from pentad.io.third_party import ThirdParty, as_declared, normal, recorded, write_third_party

TEXTS = HOME / "packaging" / "licence_texts"
_PYTHONS = "lib-dynload"
FREEZING = ("pyinstaller", "pyinstaller-hooks-contrib")
ALLOWABLE = frozenset({"MPL-2.0", "LGPL-2.1-or-later", "LGPL-2.1-only", "LGPL-3.0-only", "LGPL-3.0-or-later"})
"""Licences that a reason of its own lets in; no reason lets in the plain GPL or what nobody knows."""
HEADING = """Third-party parts of Pentad {version}

Pentad itself is licensed under Apache-2.0. It is made of the parts below, each under its own licence. Parts under the
GNU LGPL lie as shared libraries of their own beside the program and may be exchanged for modified ones; what their
licences say of reverse engineering for debugging such modifications holds.
"""
_SHARED = re.compile(r"\.(so|dylib|dll|pyd)(\.[\d.]+)?$")
_TOKEN = re.compile(r"\s*(\(|\)|[A-Za-z0-9.+-]+)")


class Policy:
    """What may be in a release, from licences.toml."""

    def __init__(self, content: Mapping[str, Any]) -> None:
        self._permitted = frozenset(content["permitted"])
        self._words: dict[str, str] = content["words"]
        self._parts: dict[str, dict[str, Any]] = content["part"]
        self.libraries: dict[str, dict[str, str]] = content["library"]

    def part(self, found: ThirdParty) -> ThirdParty:
        """The part with its licence in SPDX's words and with the texts it did not bring."""
        said = self._parts.get(normal(found.name), {})
        licence = str(said.get("licence") or self._words.get(found.licence, found.licence))
        texts = [f"--- {name}\n\n{(TEXTS / name).read_text('utf-8').strip()}" for name in said.get("texts", ())]
        text = "\n\n".join([*([found.text] if found.text else []), *texts])
        return replace(found, licence=licence, note=str(said.get("note", found.note)), text=text)

    def fault(self, part: ThirdParty) -> str:
        """Why the part may not be in a release; empty where it may."""
        reason = str(self._parts.get(normal(part.name), {}).get("allowed", ""))
        allowed = self._permitted | (ALLOWABLE if reason else frozenset())
        if not permits(part.licence, allowed):
            return f"{part.name} {part.version} is under '{part.licence}', which is not let in"
        return "" if part.text else f"{part.name} {part.version} brings no licence text, and none is kept for it"


def permits(expression: str, allowed: frozenset[str]) -> bool:
    """Whether an SPDX expression can be met by ``allowed`` licences alone; False for what is no expression."""
    tokens = _TOKEN.findall(expression)
    if "".join(tokens) != re.sub(r"\s+", "", expression) or not tokens:
        return False
    try:
        met, rest = _either(tokens, allowed)
    except (IndexError, ValueError):
        return False
    return met and not rest


def _either(tokens: list[str], allowed: frozenset[str]) -> tuple[bool, list[str]]:
    met, tokens = _both(tokens, allowed)
    while tokens and tokens[0].upper() == "OR":
        other, tokens = _both(tokens[1:], allowed)
        met = met or other
    return met, tokens


def _both(tokens: list[str], allowed: frozenset[str]) -> tuple[bool, list[str]]:
    met, tokens = _one(tokens, allowed)
    while tokens and tokens[0].upper() == "AND":
        other, tokens = _one(tokens[1:], allowed)
        met = met and other
    return met, tokens


def _one(tokens: list[str], allowed: frozenset[str]) -> tuple[bool, list[str]]:
    first, tokens = tokens[0], tokens[1:]
    if first == "(":
        met, tokens = _either(tokens, allowed)
        if tokens.pop(0) != ")":
            raise ValueError("a bracket stays open")
        return met, tokens
    if first == ")" or first.upper() in ("AND", "OR", "WITH"):
        raise ValueError("a licence is missing")
    if tokens and tokens[0].upper() == "WITH":
        return f"{first} WITH {tokens[1]}" in allowed, tokens[2:]
    return first in allowed, tokens


def packages(*, with_text: bool = True) -> list[ThirdParty]:
    """Everything installed that a release is made of, in the words of its packages, and Python itself."""
    found = [as_declared(one, with_text=with_text) for one in (*closure().values(), *_freezers())]
    return [_python(), *sorted(found, key=lambda part: part.name.lower())]


def libraries(folder: Path, policy: Policy) -> Iterator[tuple[ThirdParty | None, str]]:
    """The shared libraries of a frozen program that no package brought, as parts; None and its name for a stranger."""
    owned = {name.rpartition("/")[2] for one in distributions() for name in recorded(one)}
    files: dict[str, set[str]] = {}
    for file in sorted(folder.rglob("*")):
        # Why not lib-dynload: those are Python's own; what they need of the system lies beside them.
        if not _SHARED.search(file.name) or file.name in owned or file.is_symlink() or file.parent.name == _PYTHONS:
            continue
        key = next((key for key in policy.libraries if file.name.startswith(key)), None)
        if key is None:
            yield None, str(file.relative_to(folder))
        else:
            files.setdefault(key, set()).add(file.name)
    for key, names in files.items():
        said = policy.libraries[key]
        note = f"Shared libraries of the system this was frozen on: {', '.join(sorted(names))}."
        yield ThirdParty(said["name"], "(system)", said["licence"], note=note, text=_system_text(sorted(names))), ""


def _system_text(names: list[str]) -> str:
    """What the Debian packages of these libraries say of their holders; the licence's name where there is no Debian."""
    try:
        asked = subprocess.run(["dpkg-query", "--search", *(f"*/{name}" for name in names)], capture_output=True,
                               text=True, check=False).stdout  # fmt: skip
    except OSError:
        asked = ""
    packages = sorted({line.split(":", 1)[0] for line in asked.splitlines()})
    files = (Path("/usr/share/doc") / package / "copyright" for package in packages)
    texts = [
        f"--- {file.parent.name}\n\n{file.read_text('utf-8', 'replace').strip()}" for file in files if file.is_file()
    ]
    return "\n\n".join(texts) or "Built by the system's distributor, whose package names every holder."


def _freezers() -> Iterator[Distribution]:
    for name in FREEZING:
        try:
            yield distribution(name)
        except PackageNotFoundError:
            continue


def _python() -> ThirdParty:
    places = [Path(sysconfig.get_path("stdlib")) / "LICENSE.txt", Path(sys.base_prefix) / "LICENSE.txt"]
    places += sorted(Path("/usr/share/doc").glob(f"python{sys.version_info.major}.{sys.version_info.minor}*/copyright"))
    file = next((place for place in places if place.is_file()), None)
    text = file.read_text("utf-8", "replace").strip() if file is not None else ""
    return ThirdParty("Python", platform.python_version(), "PSF-2.0", "https://www.python.org", text=text)


def main() -> int:
    """Write the file; 1, and no file, where something may not be in a release."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("out", type=Path, nargs="?", help="THIRD_PARTY.txt; without it, only look")
    parser.add_argument(
        "--folder", type=Path, help="a frozen program: its libraries from the system are looked at, too"
    )
    asked = parser.parse_args()
    policy = Policy(tomllib.loads((HOME / "packaging" / "licences.toml").read_text("utf-8")))
    parts = [policy.part(found) for found in packages()]
    faults = []
    for part, stranger in libraries(asked.folder, policy) if asked.folder is not None else ():
        parts += [part] if part is not None else []
        faults += [f"{stranger} comes from no package and is in no table"] if stranger else []
    faults += [fault for part in parts if (fault := policy.fault(part))]
    for fault in faults:
        print(
            f"error: {fault} (remedy: leave it out, or say in packaging/licences.toml why it may stay)", file=sys.stderr
        )
    if not faults and asked.out is not None:
        asked.out.write_text(write_third_party(parts, HEADING.format(version=project()["version"])), "utf-8")
    print(f"licences: {len(parts)} parts, {len(faults)} that may not be in a release")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
