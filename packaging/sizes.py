"""What takes the room in a frozen program, part by part, and whether all of it is within a budget."""

import argparse
import sys
from collections import Counter
from pathlib import Path

MB = 1_000_000
SHOWN = 10 * MB
"""Parts smaller than that are counted together."""
PURPOSES = {
    "torch": "models: training and detection",
    "vtkmodules": "the rig in 3D",
    "llvmlite": "numba's compiler, for loops over pixels",
    "cv2": "images, and video codecs that come with its wheel",
    "PySide6": "the window",
    "scipy": "sums, transforms, interpolation",
    "numpy": "arrays",
    "embreex": "rays against meshes: the simulated gantry",
    "zstandard": "compressed maps in runs",
    "transformers": "DINOv2",
    "tokenizers": "asked for by transformers",
    "diffusers": "the depth generator",
    "h5py": "run files",
    "PIL": "images",
    "programs": "Pentad itself and all pure Python modules",
    "python": "Python itself",
}
SAME = {"opencv_python_headless": "cv2", "pillow": "PIL", "libpython3": "python", "base_library": "python",
        "python3": "python", "shiboken6": "PySide6", "numba": "llvmlite"}  # fmt: skip


def part_of(file: Path) -> str:
    """Which part a file, relative to the program's folder, belongs to; the wheel's name, mostly."""
    if file.parts[0] != "_internal":
        return "programs"
    name = file.parts[1].split(".")[0].split("-")[0]
    return SAME.get(name, name)


def sizes(program: Path) -> Counter[str]:
    """Bytes by part. Links count nothing."""
    found: Counter[str] = Counter()
    for file in program.rglob("*"):
        if file.is_file() and not file.is_symlink():
            found[part_of(file.relative_to(program))] += file.stat().st_size
    return found


def table(found: Counter[str]) -> str:
    """Markdown, the largest part first."""
    rows = ["| part | MB | for |", "|---|---|---|"]
    large = [(part, size) for part, size in found.most_common() if size >= SHOWN]
    rows += [f"| {part} | {size / MB:.0f} | {PURPOSES.get(part, '')} |" for part, size in large]
    rest = found.total() - sum(size for _, size in large)
    rows.append(f"| {len(found) - len(large)} smaller parts | {rest / MB:.0f} | |")
    rows.append(f"| all | {found.total() / MB:.0f} | |")
    return "\n".join(rows)


def main() -> int:
    """Print the table; 1 where it is over budget."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("program", type=Path)
    parser.add_argument("--budget", type=float, metavar="MB")
    asked = parser.parse_args()
    found = sizes(asked.program)
    print(table(found))
    if asked.budget is not None and found.total() > asked.budget * MB:
        print(f"sizes: {found.total() / MB:.0f} MB are more than the budget of {asked.budget:.0f} MB", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
