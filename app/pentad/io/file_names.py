"""Names of samples and views as names of files, on every system."""

import re
from urllib.parse import quote

from pentad.core.problem import Problem

_WINDOWS_DEVICE = re.compile(r"(con|prn|aux|nul|com\d|lpt\d)(\.|$)", re.IGNORECASE)
_LONGEST_NAME = 200


def file_name(part: str) -> str:
    """One path component that no system reads otherwise: what is unusual is percent-encoded, so it can be undone."""
    name = quote(part, safe=" ()[]+,;=@!#$&'", errors="surrogatepass")
    if name.startswith((".", " ")) or _WINDOWS_DEVICE.match(name):
        name = f"%{ord(name[0]):02X}{name[1:]}"
    if name.endswith((".", " ")):
        name = f"{name[:-1]}%{ord(name[-1]):02X}"
    if not name or len(name) > _LONGEST_NAME:
        raise Problem(
            f"Nothing can be kept under {part[:40]!r}",
            "no file can have this name",
            remedy="Rename the sample or view.",
        )
    return name
