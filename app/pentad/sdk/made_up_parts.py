"""Made-up parts with cameras, a mesh and defects, for checking models that need those."""

from collections.abc import Sequence

import numpy as np

from pentad.core.arrays import Bools, Doubles, Rgb
from pentad.core.camera import Camera
from pentad.core.mesh import Mesh
from pentad.sdk.model import Request, ViewPixels

_SIZE = (96, 128)
_LOW, _HIGH = np.array([[-20.0, -6, -15], [-20, -6, 9]]), np.array([[20.0, 6, 15], [20, 34, 15]])
_BROKEN = np.array([[20.0, 6, 15], [2, 34, 15]])
"""Two blocks that make an L in millimetres, and where they end on a defective part."""
_CORNERS = np.array([[x, y, z] for x in (0, 1) for y in (0, 1) for z in (0, 1)])
_FACES = np.array(
    [
        [0, 1, 3], [0, 3, 2], [4, 6, 7], [4, 7, 5], [0, 4, 5], [0, 5, 1],
        [2, 3, 7], [2, 7, 6], [0, 2, 6], [0, 6, 4], [1, 5, 7], [1, 7, 3],
    ],
    np.int32,
)  # fmt: skip


class BlockParts:
    """Parts of two blocks on a white ground, one view each, every second of them with a piece broken off."""

    category = "made_up"

    def __init__(self, parts: int = 10) -> None:
        self._count = parts

    def __len__(self) -> int:
        return self._count

    def __getitem__(self, index: int) -> ViewPixels:
        return block_view("top", seed=index, defective=index % 2 == 1)

    @property
    def parts(self) -> Sequence[range]:
        return [range(index, index + 1) for index in range(self._count)]

    def mesh_name(self, part: int) -> str | None:
        return "blocks"

    def mesh(self, part: int) -> Mesh | None:
        return block_mesh()


def block_mesh() -> Mesh:
    """The good part: two closed blocks that touch."""
    vertices = [low + _CORNERS * (high - low) for low, high in zip(_LOW, _HIGH, strict=True)]
    return Mesh(np.concatenate(vertices), np.concatenate([_FACES, _FACES + len(_CORNERS)]))


def block_request(sample: str, *, views: int, seed: int) -> Request:
    """A part as several cameras see it, and its mesh."""
    return Request(sample, tuple(block_view(f"view{k}", seed=seed + k) for k in range(views)), block_mesh())


def block_view(name: str, *, seed: int, defective: bool = False) -> ViewPixels:
    """A part somewhere before a camera that stands at the rig's origin; ``pose`` says where."""
    random = np.random.default_rng(seed)
    camera = _camera(name)
    pose = _pose(random)
    rgb, whole = _picture(pose, _HIGH, camera, random), None
    box = None
    if defective:
        rgb, seen = _picture(pose, _BROKEN, camera, random), _hits(pose, _BROKEN, camera)[0]
        whole = _hits(pose, _HIGH, camera)[0] & ~seen
        rows, columns = np.flatnonzero(whole.any(axis=1)), np.flatnonzero(whole.any(axis=0))
        if rows.size:
            tall, wide = whole.shape
            ends = rows[0] / tall, columns[0] / wide, (rows[-1] + 1) / tall, (columns[-1] + 1) / wide
            box = float(ends[0]), float(ends[1]), float(ends[2]), float(ends[3])
    mask = None if whole is None else whole.astype(np.uint8)
    return ViewPixels(name, rgb, None, _SIZE, mask, camera, defective, box, pose)


def _camera(name: str) -> Camera:
    matrix = np.array([[140.0, 0, 63.5], [0, 140, 47.5], [0, 0, 1]])
    return Camera(name, matrix, np.eye(4), _SIZE)


def _pose(random: np.random.Generator) -> Doubles:
    """Seen from above at any azimuth, 100 to 120 mm away."""
    azimuth, elevation = random.uniform(0, 2 * np.pi), random.uniform(0.2, 0.7)
    way = np.array([np.cos(elevation) * np.cos(azimuth), np.sin(elevation), np.cos(elevation) * np.sin(azimuth)])
    right = np.cross(-way, [0, 1, 0])
    right /= np.linalg.norm(right)
    pose = np.eye(4)
    pose[:3, :3] = np.stack([right, np.cross(-way, right), -way])
    pose[:3, 3] = [*random.uniform(-2, 2, 2), random.uniform(130, 150)] - pose[:3, :3] @ [0, 10, 0]
    return pose


def _hits(pose: Doubles, high: Doubles, camera: Camera) -> tuple[Bools, Doubles]:
    """Which pixels (h, w) see a block, and the brightness of what they see, by the slab test."""
    rows, columns = np.mgrid[: camera.size[0], : camera.size[1]]
    pixels = np.stack([columns, rows, np.ones_like(rows)], axis=-1)
    ways = pixels @ np.linalg.inv(camera.matrix).T @ pose[:3, :3]
    eye = -pose[:3, :3].T @ pose[:3, 3]
    nearest, shade = np.full(rows.shape, np.inf), np.zeros(rows.shape)
    for least, most in zip(_LOW, high, strict=True):
        ends = np.stack([(least - eye) / ways, (most - eye) / ways])
        enter, leave = ends.min(axis=0), ends.max(axis=0).min(axis=-1)
        begin = enter.max(axis=-1)
        closer = (begin < leave) & (begin < nearest)
        nearest = np.where(closer, begin, nearest)
        shade = np.where(closer, np.array([0.55, 0.8, 0.4])[enter.argmax(axis=-1)], shade)
    return np.isfinite(nearest), shade


def _picture(pose: Doubles, high: Doubles, camera: Camera, random: np.random.Generator) -> Rgb:
    there, shade = _hits(pose, high, camera)
    colour = random.uniform(0.5, 1, 3)
    picture = np.where(there[..., None], 200 * shade[..., None] * colour, 255)
    return (picture + random.normal(0, 2, picture.shape)).clip(0, 255).astype(np.uint8)
