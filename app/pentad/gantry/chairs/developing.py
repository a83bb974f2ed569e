"""One shape of a mini BrokenChairs written: its mesh, its reference views, its good and its spoilt photographs."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from pentad.core.camera import Camera
from pentad.gantry.chairs.chair import Chair
from pentad.gantry.chairs.changing import Change
from pentad.gantry.chairs.finishing import LIGHTS, TEXTURES, Dress, Light
from pentad.gantry.chairs.looking import (
    Station,
    camera_words,
    named_azimuth,
    query_station,
    reference_stations,
)
from pentad.gantry.chairs.making import made_chair
from pentad.gantry.chairs.picture import Stage, centre_of, drawing, photograph
from pentad.gantry.chairs.spoiling import ChairAnomaly, Spoilt, spoil
from pentad.gantry.materials import Grain
from pentad.io.ply_meshes import ply_parts

RENDERS = 2
"""Photographs of each item, as the data set has them."""
_LARGEST_REFERENCE = 256
_TRIES, _LOOKS = 60, 8
_CHECKED_SIDE = 128
_QUICK = (cv2.IMWRITE_PNG_COMPRESSION, 1)


@dataclass(frozen=True, slots=True)
class ShapeOrder:
    """One shape to be made: its number, and how many good items it gets beside one of each anomaly."""

    root: str
    number: int
    seed: int
    size: int
    good: int

    @property
    def streams(self) -> list[np.random.Generator]:
        """Generators for the shape, its surface, its good and its spoilt items; a shape is the same in a larger set."""
        seeds = np.random.SeedSequence([self.seed, 2, self.number]).spawn(4)
        return [np.random.default_rng(seed) for seed in seeds]


def develop_shape(order: ShapeOrder) -> int:
    """Make and write everything of one shape; the number of its photographs."""
    making, surfacing, good, bad = order.streams
    chair = made_chair(making)
    shop = _Shop(order, chair, Stage.of(chair, surfacing), Grain(surfacing))
    shop.write_references()
    for _ in range(order.good):
        shop.write_good(good)
    for kind in ChairAnomaly:
        shop.write_spoilt(kind, bad)
    shop.write_cameras()
    return RENDERS * (order.good + len(ChairAnomaly))


class _Shop:
    """Where one shape is photographed; it remembers the cameras of the photographs."""

    def __init__(self, order: ShapeOrder, chair: Chair, stage: Stage, grain: Grain) -> None:
        self._order = order
        self._root = Path(order.root)
        self._chair = chair
        self._stage = stage
        self._grain = grain
        self._folder = self._root / "shapes" / f"shape_{order.number}"
        self._cameras: dict[str, dict[str, list[list[float]]]] = {}

    def write_references(self) -> None:
        side = min(self._order.size, _LARGEST_REFERENCE)
        views = self._folder / "mv_images"
        views.mkdir(parents=True)
        (self._folder / "model.ply").write_bytes(b"".join(ply_parts(self._chair.mesh(), np.float64)))
        (self._folder / "model_id.txt").write_text(f"pentad-{self._order.seed}-{self._order.number}\n", "utf-8")
        first: bytes | None = None
        for azimuth, station in reference_stations(centre_of(self._stage)):
            camera = station.camera(side)
            stem = f"{self._order.number}_{station.radius}_{azimuth}_{station.elevation_deg:.0f}"
            # Why not drawn again: 360 degrees are 0 degrees; the real data set has both files, too.
            data = first if azimuth == 360 and first is not None else _png(drawing(self._stage, camera))
            first = data if first is None else first
            (views / f"{stem}.png").write_bytes(data)
            _write_json(views / f"{stem}.json", camera_words(camera))

    def write_good(self, rng: np.random.Generator) -> None:
        for _ in range(RENDERS):
            self._write_photo(self._stage, _Shot.drawn(rng), f"N{self._order.number}", "normal", rng)

    def write_spoilt(self, kind: ChairAnomaly, rng: np.random.Generator) -> None:
        spoilt, stage, stations = self._visible(kind, rng)
        for station in stations:
            shot = _Shot.drawn(rng, station)
            folder = f"A{self._order.number}_{kind}"
            stem = self._write_photo(stage, shot, folder, f"anomaly_{kind}", rng)
            camera = station.camera(self._order.size)
            seen = Change.of(self._stage, stage, spoilt, camera)
            self._write_annotation(folder, stem, seen, shot, spoilt, camera)

    def write_cameras(self) -> None:
        _write_json(self._folder / "cameras.json", self._cameras)

    def _visible(self, kind: ChairAnomaly, rng: np.random.Generator) -> tuple[Spoilt, Stage, list[Station]]:
        """A spoilt chair with as many places to look from as it gets photographs, each showing what is wrong."""
        for _ in range(_TRIES):
            spoilt = spoil(self._chair, kind, rng)
            stage = Stage.of(spoilt.chair, rng)
            stations = []
            for _ in range(_LOOKS):
                station = query_station(rng)
                camera = station.camera(_CHECKED_SIDE)
                if Change.of(self._stage, stage, spoilt, camera).plain:
                    stations.append(station)
                if len(stations) == RENDERS:
                    return spoilt, stage, stations
        # Why an error: of 60 random parts from 8 places each, all unseen, none has ever come.
        raise RuntimeError(f"no {kind} anomaly of shape {self._order.number} is seen")

    def _write_photo(self, stage: Stage, shot: "_Shot", folder: str, label: str, rng: np.random.Generator) -> str:
        """Write one photograph; its name without ``render_`` and ``.png``."""
        camera = shot.station.camera(self._order.size)
        dress, light = Dress.of(self._chair, shot.texture), Light.of(shot.light)
        if len(stage.chair.parts) != len(self._chair.parts):
            dress = _without_missing(dress, self._chair, stage.chair)
        image = photograph(stage, camera, dress, light, self._grain, rng)
        station = shot.station
        numbers = (shot.texture, station.radius, named_azimuth(station), station.elevation_deg, shot.light)
        stem = f"{self._order.number}_{'_'.join(str(number) for number in numbers)}_{label}"
        path = self._root / "images" / folder / f"render_{stem}.png"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(_png(image))
        self._cameras[path.relative_to(self._root).as_posix()] = camera_words(camera)
        return stem

    def _write_annotation(
        self, folder: str, stem: str, seen: "Change", shot: "_Shot", spoilt: Spoilt, camera: Camera
    ) -> None:
        beside = self._root / "annotations" / folder
        beside.mkdir(parents=True, exist_ok=True)
        _write_json(
            beside / f"info_{stem}.json",
            {
                "2d_bbox": seen.box(),
                "IoU": seen.overlap(),
                "camera_parameters": camera_words(camera),
                "texture_id": shot.texture,
                "config": {"type": str(spoilt.kind), "part": spoilt.name},
            },
        )
        for name, mask in seen.masks():
            (beside / f"{name}_{stem}.png").write_bytes(_png(mask.astype(np.uint8) * 255))


@dataclass(frozen=True, slots=True)
class _Shot:
    """How one photograph is taken."""

    station: Station
    texture: int
    light: int

    @staticmethod
    def drawn(rng: np.random.Generator, station: Station | None = None) -> "_Shot":
        place = station or query_station(rng)
        return _Shot(place, int(rng.integers(TEXTURES)), int(rng.integers(LIGHTS)))


def _without_missing(dress: Dress, chair: Chair, left: Chair) -> Dress:
    names = {part.name for part in left.parts}
    owners = zip(dress.owners, chair.parts, strict=True)
    return Dress(dress.finishes, tuple(owner for owner, part in owners if part.name in names))


def _png(image: NDArray[Any]) -> bytes:
    done, data = cv2.imencode(".png", image[..., ::-1] if image.ndim == 3 else image, _QUICK)
    if not done:
        raise OSError("an image could not be encoded")
    return bytes(data.tobytes())


def _write_json(path: Path, said: object) -> None:
    path.write_text(json.dumps(said), "utf-8")
