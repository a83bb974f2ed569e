"""What a data set knows of where its cameras stand and of its parts' surfaces, as models that need it are given it."""

from pathlib import Path

from pentad.core.arrays import Doubles
from pentad.core.camera import Camera
from pentad.core.mesh import Mesh
from pentad.core.sample import Sample, View
from pentad.geometry.resizing import scaled
from pentad.io.calibration import RigReading
from pentad.io.datasets.broken_chairs import true_camera
from pentad.io.datasets.meshes import mesh_of, mesh_path_of
from pentad.io.datasets.reader import Options
from pentad.io.datasets.rig import rig_reading_for, rig_reading_of
from pentad.io.tree import FileTree


class PartGeometry:
    """The calibrated and placed cameras of a data set, and the meshes of its parts, the last of them kept.

    A lone camera needs no place: it stands at the origin, and parts are placed relative to it.

    Used from one thread at a time.
    """

    def __init__(self, tree: FileTree, options: Options, reading: RigReading | None) -> None:
        self._tree, self._options = tree, options
        cameras = () if reading is None else reading.rig.cameras
        # Why: what a lone camera sees is placed relative to it, wherever it stands.
        unplaced = () if reading is None or len(cameras) == 1 else reading.unplaced
        self._cameras = {camera.name: camera for camera in cameras if camera.name not in unplaced}
        self._last: tuple[str, Mesh] | None = None

    @classmethod
    def of(cls, tree: FileTree, options: Options, project: Path | None = None) -> "PartGeometry":
        """That of a data set, its rig as edited in the folder ``project`` if there is one; Problem for a bad rig."""
        reading = rig_reading_of(tree, options) if project is None else rig_reading_for(project, tree, options)
        return cls(tree, options, reading)

    def camera(self, view: View, photo: tuple[int, int], size: tuple[int, int]) -> Camera | None:
        """The camera of ``view``, whose photo of size ``photo`` (H, W) was reduced to ``size`` (h, w).

        None where it is not calibrated, or for images of another size.
        """
        camera = self._cameras.get(view.camera_name)
        return scaled(camera, size=size) if camera is not None and camera.size == photo else None

    def mesh_name(self, sample: Sample) -> str | None:
        """Where the mesh of ``sample``'s part lies; None where the data set names none."""
        return mesh_path_of(self._tree, self._options, sample)

    def mesh(self, sample: Sample) -> Mesh | None:
        """The surface of ``sample``'s part in rig millimetres, or None; Problem where its file is no good."""
        name = self.mesh_name(sample)
        if name is None:
            return None
        if self._last is None or self._last[0] != name:
            surface = mesh_of(self._tree, self._options, sample)
            if surface is None:
                return None
            self._last = name, surface.mesh
        return self._last[1]

    def pose(self, sample: Sample) -> Doubles | None:
        """(4, 4) the true pose of ``sample``'s part, mesh to rig, where the data set tells it; made-up ones do."""
        camera = true_camera(self._tree, sample, (1, 1))
        return None if camera is None else camera.rig_to_camera
