"""Lambert surfaces under several lights as photographs on the disk; their normals are known in closed form."""

from pathlib import Path

import cv2
import numpy as np

from pentad.core.arrays import Doubles, Normals

LIGHTS = np.array(
    [[0.4, 0.1, 0.9], [0.1, 0.45, 0.9], [-0.3, 0.3, 0.9], [-0.45, -0.1, 0.9], [-0.1, -0.4, 0.9], [0.3, -0.3, 0.9]]
)
SIZE = (96, 144)


def hill_normals(size: tuple[int, int] = SIZE, phase: float = 0.0) -> Doubles:
    """(H, W, 3) of gentle hills, camera axes: every light reaches all of them."""
    y, x = np.mgrid[size[0] : 0 : -1.0, 0 : size[1] : 1.0]
    p, q = 0.25 * np.cos(x / 9 + phase) * np.sin(y / 11), 0.25 * np.sin(x / 9 + phase) * np.cos(y / 11)
    normals = np.stack([-p, -q, np.ones_like(p)], axis=2)
    return np.asarray(normals / np.linalg.norm(normals, axis=2, keepdims=True))


def write_photographs(
    folder: Path, normals: Doubles, *, lights: Doubles = LIGHTS, name: str = "{light}.png", albedo: float = 0.8
) -> list[Path]:
    """One 16-bit photograph a light; ``name`` says how they are called."""
    folder.mkdir(parents=True, exist_ok=True)
    files = []
    for number, light in enumerate(lights / np.linalg.norm(lights, axis=1, keepdims=True), start=1):
        codes = np.rint(np.clip(normals @ light, 0, None) * albedo * 60_000).astype(np.uint16)
        files.append(folder / name.format(light=number))
        files[-1].parent.mkdir(parents=True, exist_ok=True)
        assert cv2.imwrite(str(files[-1]), codes)
    return files


def write_views(folder: Path, views: tuple[str, ...] = ("top", "left"), *, size: tuple[int, int] = SIZE) -> Path:
    """Stacks of several views with one lights file beside them."""
    for number, view in enumerate(views):
        write_photographs(folder, hill_normals(size, float(number)), name=view + "_{light}.png")
    np.savetxt(folder / "lights.txt", LIGHTS)
    return folder


def degrees_apart(found: Doubles | Normals, true: Doubles | Normals) -> Doubles:
    """(H, W) angles; by the chord, for near 1 an arccos cannot tell hundredths of a degree."""
    return np.asarray(np.degrees(2 * np.arcsin(np.clip(np.linalg.norm(found - true, axis=-1) / 2, 0, 1))))
