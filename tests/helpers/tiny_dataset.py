"""Five-view parts small enough for a test: textured plates, some with a bright spot that is marked."""

from pathlib import Path

import cv2
import numpy as np

from pentad.core.arrays import Labels, Rgb

VIEWS = ("top", "north", "east", "south", "west")
SIZE = (72, 96)
SPOT_VIEWS = ("top", "east")
MANIFEST = """format = 1
name = "plates"
[layout]
rgb    = "{category}/{split}/{label}/{sample}/{view}_rgb.png"
normal = "{category}/{split}/{label}/{sample}/{view}_normal.png"
mask   = "{category}/{split}/{label}/{sample}/{view}_mask.png"
good   = ["good"]
views  = ["top", "north", "east", "south", "west"]
[normals]
encoding = "opengl"
"""


def spot(view: str, size: tuple[int, int] = SIZE) -> Labels:
    """(H, W) 0/1: where the defect of ``view`` is; each view has its own place."""
    centre = np.array([0.35, 0.4]) + 0.08 * VIEWS.index(view)
    y, x = np.mgrid[: size[0], : size[1]] / np.array(size)[:, None, None]
    inside = np.hypot((y - centre[0]) * size[0], (x - centre[1]) * size[1]) < 0.1 * size[0]
    labels: Labels = inside.astype(np.uint8)
    return labels


def photo(seed: int, view: str, *, defect: bool, size: tuple[int, int] = SIZE) -> Rgb:
    """A grey plate with grain; a defect is a bright spot in it."""
    generator = np.random.default_rng([seed, VIEWS.index(view)])
    small = generator.normal(90, 12, (max(size[0] // 6, 1), max(size[1] // 6, 1), 3)).astype(np.float32)
    image = cv2.resize(small, size[::-1], interpolation=cv2.INTER_CUBIC)
    image[..., 2] += 15
    if defect and view in SPOT_VIEWS:
        image[spot(view, size) > 0] += 110
    return np.clip(image, 0, 255).astype(np.uint8)


def normal_map(size: tuple[int, int] = SIZE) -> Rgb:
    """A shallow dome, OpenGL encoding."""
    y, x = np.mgrid[: size[0], : size[1]] / np.array(size)[:, None, None] - 0.5
    normals = np.stack([x, -y, np.ones_like(x)], axis=2)
    normals /= np.linalg.norm(normals, axis=2, keepdims=True)
    return np.rint((normals + 1) * 127.5).astype(np.uint8)


def write_tiny_dataset(
    root: Path, *, train: int = 4, good: int = 3, bad: int = 3, size: tuple[int, int] = SIZE
) -> Path:
    """``plate/{split}/{label}/{sample}/…`` with its pentad.toml; defects are called "spot"."""
    root.mkdir(parents=True, exist_ok=True)
    (root / "pentad.toml").write_text(MANIFEST, "utf-8")
    parts = [
        *(("train", "good", f"T{number:03d}") for number in range(train)),
        *(("test", "good", f"G{number:03d}") for number in range(good)),
        *(("test", "spot", f"S{number:03d}") for number in range(bad)),
    ]
    for seed, (split, label, sample) in enumerate(parts):
        folder = root / "plate" / split / label / sample
        folder.mkdir(parents=True)
        for view in VIEWS:
            defect = label == "spot"
            cv2.imwrite(str(folder / f"{view}_rgb.png"), photo(seed, view, defect=defect, size=size)[..., ::-1])
            cv2.imwrite(str(folder / f"{view}_normal.png"), normal_map(size)[..., ::-1])
            if defect:
                marked = spot(view, size) * (view in SPOT_VIEWS)
                cv2.imwrite(str(folder / f"{view}_mask.png"), marked * 255)
    return root
