"""File patterns with named fields: ``{category}/{split}/{sample}_{view}.png``."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from pentad.core.problem import Problem
from pentad.io.tree import confined

FIELDS = ("category", "split", "label", "sample", "view", "light")
_PIECE = re.compile(r"\{(?P<field>[^{}]*)\}|(?P<wild>\*\*/|\*+|\?)|(?P<plain>[^{}*?]+)|(?P<stray>[{}])")
_MOST_WILD = 8


@dataclass(frozen=True, slots=True)
class Pattern:
    """One compiled pattern. ``*`` and a field match within one folder name, ``**/`` any folders, ``?`` one letter."""

    text: str
    fields: frozenset[str]
    _regex: re.Pattern[str]
    _start: str
    _end: str

    def match(self, path: str) -> dict[str, str] | None:
        """The fields of ``path``, or None where it does not fit."""
        if not path.endswith(self._end) or not path.startswith(self._start):
            return None
        found = self._regex.fullmatch(path)
        return None if found is None else found.groupdict()

    def fill(self, values: Mapping[str, str]) -> str | None:
        """The one path with these fields; None where wildcards or unknown fields leave several."""
        if "*" in self.text or "?" in self.text or not self.fields <= values.keys():
            return None
        return re.sub(r"\{([a-z]+)\}", lambda field: values[field[1]], self.text)


def compile_pattern(text: object, said_by: str, *, views: Sequence[str] = ()) -> Pattern:
    """The pattern written as ``text``; where ``views`` are named, {view} is one of them. Problem where it is none."""
    if not isinstance(text, str) or not text:
        raise _bad(said_by, text, "a pattern is a piece of text")
    text = confined(text, said_by)
    if text.count("*") + text.count("?") + text.count("{") > _MOST_WILD + len(FIELDS):
        raise _bad(said_by, text, "it has too many wildcards")
    regex, seen, pieces = "", set[str](), list(_PIECE.finditer(text))
    for piece in pieces:
        if piece["stray"]:
            raise _bad(said_by, text, f"a lone '{piece['stray']}'")
        if piece["plain"]:
            regex += re.escape(piece["plain"])
        elif piece["wild"]:
            regex += {"?": "[^/]", "*": "[^/]*", "**/": "(?:.*/)?"}.get(piece["wild"], ".*")
        else:
            regex += _field(piece["field"], seen, views, said_by=said_by, text=text)
            seen.add(piece["field"])
    start, end = pieces[0]["plain"] or "", pieces[-1]["plain"] or ""
    return Pattern(text, frozenset(seen), re.compile(regex), start, end)


def _field(name: str, seen: set[str], views: Sequence[str], *, said_by: str, text: str) -> str:
    if name not in FIELDS:
        raise _bad(said_by, text, f"{{{name}}} is no field; the fields are {', '.join(FIELDS)}")
    if name in seen:
        return f"(?P={name})"
    words = "|".join(re.escape(view) for view in sorted(views, key=len, reverse=True))
    return f"(?P<{name}>{words if name == 'view' and words else '[^/]+'})"


def _bad(said_by: str, text: object, why: str) -> Problem:
    remedy = 'Write it like "{category}/{split}/{label}/{sample}/{view}_rgb.png"'
    return Problem(f"{said_by} has a pattern that cannot be used: {ascii(text)[:120]}", why, remedy=remedy)
