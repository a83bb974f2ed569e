"""The parts of Pentad that others made, with their licences: as a release ships them, or as they are installed here."""

import csv
import re
import sys
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from importlib.metadata import Distribution, PackageNotFoundError, distribution
from pathlib import Path, PurePosixPath

FILE = "THIRD_PARTY.txt"
_PART, _LICENCE, _HOME, _NOTE = "##### ", "##### Licence: ", "##### Home: ", "##### Note: "
_NAMES = re.compile(
    r"(copying|notice|copyright|third.?party|patents)([._-].*)?|(.*[ ._-])?licen[cs]es?([ ._-].*)?", re.IGNORECASE
)
_CODE = (".py", ".pyc", ".pyi", ".so", ".pyd", ".dll", ".h", ".hpp", ".json")
_REQUIREMENT = re.compile(r"^[A-Za-z0-9._-]+")
_LARGEST = 1 << 20


@dataclass(frozen=True, slots=True)
class ThirdParty:
    """One part: ``licence`` in SPDX words where it is known, ``note`` what has to be said of it, ``text`` all of the
    licence texts that came with it."""

    name: str
    version: str
    licence: str
    home: str = ""
    note: str = ""
    text: str = ""


def third_party() -> list[ThirdParty]:
    """What this Pentad is made of, by name. Takes a second or more where no release wrote it down."""
    file = shipped_file()
    if file is not None:
        return read_third_party(file.read_text("utf-8", "replace"))
    try:
        requirements = distribution("pentad").requires or ()
    except PackageNotFoundError:
        return []
    return sorted(map(as_declared, installed(requirements)), key=lambda part: part.name.lower())


def shipped_file() -> Path | None:
    """The list that a release brings: beside the program, or among its files."""
    places = [Path(sys.executable).parent] if getattr(sys, "frozen", False) else []
    places.append(Path(__file__).parents[1] / "resources")
    return next((place / FILE for place in places if (place / FILE).is_file()), None)


def write_third_party(parts: Iterable[ThirdParty], heading: str) -> str:
    """One text for people, which ``read_third_party`` reads back."""
    blocks = [_guarded(heading.rstrip())]
    for part in parts:
        head = [f"{_PART}{part.name} {part.version}", f"{_LICENCE}{part.licence}"]
        head += [f"{_HOME}{part.home}"] if part.home else []
        head += [f"{_NOTE}{part.note}"] if part.note else []
        blocks.append("\n".join([*head, "", _guarded(part.text.strip())]).rstrip())
    return "\n\n\n".join(blocks) + "\n"


def read_third_party(text: str) -> list[ThirdParty]:
    """The parts in what ``write_third_party`` made; a file that is none has none."""
    parts: list[ThirdParty] = []
    for block in re.split(rf"^(?={_PART}(?!Licence: |Home: |Note: ))", text, flags=re.MULTILINE)[1:]:
        lines = block.splitlines()
        name, _, version = lines[0].removeprefix(_PART).rpartition(" ")
        said = {key: _said(lines, key) for key in (_LICENCE, _HOME, _NOTE)}
        body = "\n".join(line for line in lines[1:] if not line.startswith(_PART))
        plain = re.sub(r"^ (#####)", r"\1", body, flags=re.MULTILINE).strip()
        parts.append(ThirdParty(name, version, said[_LICENCE], said[_HOME], said[_NOTE], plain))
    return parts


def installed(requirements: Iterable[str], *, but: str = "pentad") -> Iterator[Distribution]:
    """Every package that ``requirements`` ask for and, in turn, theirs; what is not installed is not needed here."""
    waiting, seen = list(requirements), {normal(but)}
    while waiting:
        requirement = waiting.pop()
        name = _REQUIREMENT.match(requirement)
        # Why: what only an extra asks for is no part of a plain installation.
        if name is None or normal(name[0]) in seen or "extra ==" in requirement:
            continue
        seen.add(normal(name[0]))
        try:
            found = distribution(name[0])
        except PackageNotFoundError:
            continue
        waiting += found.requires or ()
        yield found


def normal(name: str) -> str:
    """A package's name as the index compares names (PEP 503)."""
    return re.sub(r"[-_.]+", "-", name).lower()


def as_declared(found: Distribution, *, with_text: bool = True) -> ThirdParty:
    """A package in its own words; the texts take most of the time."""
    data = found.metadata
    licence = data["License-Expression"] or _short(data["License"]) or _classified(data.get_all("Classifier"))
    homes = [url.partition(",")[2].strip() for url in data.get_all("Project-URL") or ()]
    home = data["Home-page"] or (homes[0] if homes else "")
    name = str(data["Name"])
    text = "\n\n".join(licence_texts(found)) if with_text else ""
    return ThirdParty(name, found.version, licence or "unknown", str(home), "", text)


def licence_texts(found: Distribution) -> list[str]:
    """Every licence and notice that came with the package, each under its file's name, none twice."""
    texts: dict[str, str] = {}
    for path in sorted(map(PurePosixPath, recorded(found)), key=lambda path: (len(path.parts), str(path))):
        vouched = ".dist-info" in path.parts[0] and "licenses" in path.parts
        if not (_NAMES.fullmatch(path.name) or vouched) or path.name.lower().endswith(_CODE):
            continue
        place = Path(str(found.locate_file(path)))
        if place.is_file() and place.stat().st_size <= _LARGEST:
            texts.setdefault(place.read_text("utf-8", "replace").strip(), str(path))
    return [f"--- {place}\n\n{text}" for text, place in texts.items() if text]


def recorded(found: Distribution) -> list[str]:
    """The package's files as its record has them.

    Why not ``files``: it looks on the disk for every one of torch's ten thousand.
    """
    record = found.read_text("RECORD")
    return [row[0] for row in csv.reader(record.splitlines()) if row] if record is not None else []


def _short(licence: str | None) -> str:
    """The licence in a word or two; some packages put its whole text there."""
    line = (licence or "").strip().splitlines()[:1]
    return line[0].strip() if line and len(line[0]) < 80 and len((licence or "").splitlines()) == 1 else ""


def _classified(classifiers: Sequence[str] | None) -> str:
    found = [one.rpartition("::")[2].strip() for one in classifiers or () if one.startswith("License ::")]
    return ", ".join(one for one in found if one != "OSI Approved")


def _said(lines: list[str], key: str) -> str:
    return next((line.removeprefix(key).strip() for line in lines if line.startswith(key)), "")


def _guarded(text: str) -> str:
    """No line of a licence may pass for one of ours."""
    return "\n".join(f" {line}" if line.startswith(_PART.strip()) else line for line in text.splitlines())
