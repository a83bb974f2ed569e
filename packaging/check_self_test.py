"""What a frozen program said of itself, judged: ``pentad doctor``, a self-test, a trace of what it wrote."""

import argparse
import json
import re
import sys
from importlib.metadata import entry_points
from pathlib import Path

SLOW = 3
"""The exit code where nothing is wrong but the time to the first window."""
NO_3D = "3D views cannot be drawn here"
_WRITES = re.compile(r"O_WRONLY|O_RDWR|O_CREAT|O_TRUNC")
_CALL = re.compile(r"^\d+\s+(\w+)\((.*)\)\s+= (\S.*)$")
_STRING = re.compile(r'"((?:[^"\\]|\\.)*)"')
_FREE = ("/dev/", "/proc/", "/sys/")


def doctor_faults(asked: argparse.Namespace) -> list[str]:
    """Every plug-in that was installed where the program was frozen has to be in it, and to load."""
    told = json.loads(asked.file.read_text("utf-8"))
    wanted = {point.name for point in entry_points(group="pentad.models")}
    good = {model["id"] for model in told["models"] if model["ok"]}
    faults = [f"the model {name} is missing or broken" for name in sorted(wanted - good)]
    faults += [f"{package} is missing" for package, version in told["versions"].items() if version == "missing"]
    if asked.opengl != bool(told["gl_renderer"]):
        faults.append(f"OpenGL: {told['gl_renderer']}")
    print(f"doctor: models {', '.join(sorted(good))}; OpenGL {told['gl_renderer']}")
    return faults


def window_faults(asked: argparse.Namespace) -> list[str]:
    """The steps of a self-test, and how long the window took to come."""
    told = json.loads(asked.file.read_text("utf-8"))
    faults = [told["failed"]] if told["failed"] else []
    faults += [f"noticed: {notice}" for notice in told["notices"]]
    drawn = told["three_dimensions"]
    if (asked.drawn and drawn != "drawn") or (not asked.drawn and not drawn.startswith(NO_3D)):
        faults.append(f"3D: {drawn}")
    if asked.detected and ":" not in told["detection"]:
        faults.append(f"detection: {told['detection']}")
    print(f"self-test on {told['platform']}: 3D {drawn}; detection {told['detection']}; {told['steps']}")
    if asked.began is not None:
        took = told["first_paint"] - asked.began
        print(f"from start to first window: {took:.2f} s")
        if took > asked.seconds and not faults:
            print(f"  the window came after {took:.2f} s; {asked.seconds:g} s are allowed", file=sys.stderr)
            sys.exit(SLOW)
    return faults


def written_faults(asked: argparse.Namespace) -> list[str]:
    """Paths that were opened for writing, made or renamed outside the folders that are allowed."""
    written = {path for line in asked.file.read_text("utf-8").splitlines() for path in written_paths(line)}
    kept = tuple(f"{place}/" for place in asked.places)
    print(f"written: {len(written)} paths")
    return [f"written: {path}" for path in sorted(written) if not f"{path}/".startswith((*kept, *_FREE))]


def written_paths(line: str) -> list[str]:
    """The absolute paths that one line of strace (-f -y) says were written."""
    if (call := _CALL.match(line)) is None:
        return []
    name, given, result = call.groups()
    if name.startswith("open") or name == "creat":
        made = re.search(r"<(.*)>", result) if name == "creat" or _WRITES.search(given) else None
        return [_plain(made[1].removesuffix(" (deleted)"))] if made else []
    return [path for path in map(_plain, _STRING.findall(given)) if path.startswith("/")]


def _plain(text: str) -> str:
    """strace writes what is not ASCII as octal numbers."""
    return (
        text.encode("latin-1", "backslashreplace").decode("unicode_escape").encode("latin-1").decode("utf-8", "replace")
    )


def main() -> int:
    """Print what is wrong; 1 where something is."""
    parser = argparse.ArgumentParser(description=__doc__)
    words = parser.add_subparsers(required=True)
    doctor = words.add_parser("doctor")
    doctor.add_argument("file", type=Path)
    doctor.add_argument("--opengl", action="store_true")
    doctor.set_defaults(faults=doctor_faults)
    window = words.add_parser("window")
    window.add_argument("file", type=Path)
    window.add_argument("--drawn", action="store_true")
    window.add_argument("--detected", action="store_true")
    window.add_argument("--began", type=float)
    window.add_argument("--seconds", type=float, default=3.0)
    window.set_defaults(faults=window_faults)
    written = words.add_parser("written")
    written.add_argument("file", type=Path)
    written.add_argument("places", nargs="+")
    written.set_defaults(faults=written_faults)
    asked = parser.parse_args()
    faults: list[str] = asked.faults(asked)
    for fault in faults:
        print(f"  {fault}", file=sys.stderr)
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
