"""Arrays turned into VTK's actors. Only to be imported and called on the thread that draws."""

from typing import cast

import numpy as np
from vtkmodules.util.numpy_support import numpy_to_vtk
from vtkmodules.vtkCommonCore import VTK_UNSIGNED_CHAR, vtkDataArray, vtkPoints
from vtkmodules.vtkCommonDataModel import vtkCellArray, vtkImageData, vtkPolyData
from vtkmodules.vtkRenderingCore import vtkActor, vtkPolyDataMapper, vtkTexture

from pentad.canvas.colours import Colour
from pentad.core.arrays import Rgb
from pentad.geometry.drawable import Triangles
from pentad.geometry.points import Points
from pentad.ui.scene3d.content import Lines, Photo

_POINT_PX = 2.0


def line_actor(lines: Lines) -> vtkActor:
    count = len(lines.pieces)
    ends = np.arange(2 * count, dtype=np.int32).reshape(count, 2)
    body = vtkPolyData()
    body.SetPoints(_points(lines.pieces.reshape(-1, 3)))
    body.SetLines(_cells(ends))
    actor = _actor(body)
    look = actor.GetProperty()
    look.SetColor(*_unit(lines.colour))
    look.SetLineWidth(lines.width)
    look.SetOpacity(lines.opacity)
    look.LightingOff()
    return actor


def photo_actor(photo: Photo, texture: vtkTexture | None) -> vtkActor:
    """``texture`` is that of the same pixels, where there is one already."""
    rows, columns = photo.plane.shape[:2]
    body = vtkPolyData()
    body.SetPoints(_points(photo.plane.reshape(-1, 3)))
    body.SetPolys(_cells(_grid_faces(rows, columns)))
    down, along = np.meshgrid(np.linspace(0, 1, rows), np.linspace(0, 1, columns), indexing="ij")
    body.GetPointData().SetTCoords(_array(np.stack([along, 1 - down], axis=-1).reshape(-1, 2).astype(np.float32)))
    actor = _actor(body)
    # Why: the frustum's rim lies in the same plane, and would be drawn in dashes.
    actor.GetMapper().SetResolveCoincidentTopologyToPolygonOffset()
    actor.GetMapper().SetRelativeCoincidentTopologyPolygonOffsetParameters(2.0, 2.0)
    actor.SetTexture(texture or _texture(photo))
    actor.GetProperty().LightingOff()
    actor.GetProperty().SetOpacity(photo.opacity)
    return actor


def skin_actor(triangles: Triangles, plain: Colour, colours: Rgb | None) -> vtkActor:
    body = vtkPolyData()
    body.SetPoints(_points(triangles.vertices))
    body.SetPolys(_cells(triangles.faces))
    actor = _actor(body)
    show_colours(actor, colours)
    look = actor.GetProperty()
    look.SetColor(*_unit(plain))
    look.SetInterpolationToFlat()
    look.SetAmbient(0.25)
    look.SetDiffuse(0.75)
    return actor


def points_actor(points: Points, count: int) -> vtkActor:
    """The first ``count`` of them."""
    body = vtkPolyData()
    body.SetPoints(_points(points.places[:count]))
    body.SetVerts(_cells(np.arange(count, dtype=np.int32)[None]))
    actor = _actor(body)
    show_colours(actor, points.colours[:count])
    # Why: they lie on the part's skin, and would be lost in it.
    actor.GetMapper().SetResolveCoincidentTopologyToPolygonOffset()
    actor.GetMapper().SetRelativeCoincidentTopologyPointOffsetParameter(-8.0)
    actor.GetProperty().SetPointSize(_POINT_PX)
    actor.GetProperty().LightingOff()
    return actor


def show_colours(actor: vtkActor, colours: Rgb | None) -> None:
    """Other colours (V, 3) for the same vertices, or none."""
    data = actor.GetMapper().GetInput().GetPointData()
    data.SetScalars(None if colours is None else _array(colours, VTK_UNSIGNED_CHAR))
    actor.GetMapper().SetScalarVisibility(colours is not None)


def _actor(body: vtkPolyData) -> vtkActor:
    mapper = vtkPolyDataMapper()
    mapper.SetInputData(body)
    actor = vtkActor()
    actor.SetMapper(mapper)
    return actor


def _texture(photo: Photo) -> vtkTexture:
    height, width = photo.pixels.shape[:2]
    rgb = np.ascontiguousarray(photo.pixels[::-1, :, 2::-1]).reshape(-1, 3)
    image = vtkImageData()
    image.SetDimensions(width, height, 1)
    image.GetPointData().SetScalars(_array(rgb, VTK_UNSIGNED_CHAR))
    texture = vtkTexture()
    texture.SetInputData(image)
    texture.InterpolateOn()
    texture.MipmapOn()
    texture.EdgeClampOn()
    return texture


def _grid_faces(rows: int, columns: int) -> np.ndarray:
    places = np.arange(rows * columns, dtype=np.int32).reshape(rows, columns)
    a, b, c, d = places[:-1, :-1], places[1:, :-1], places[1:, 1:], places[:-1, 1:]
    return np.concatenate([np.stack([a, b, c], axis=-1), np.stack([a, c, d], axis=-1)]).reshape(-1, 3)


def _points(places: np.ndarray) -> vtkPoints:
    points = vtkPoints()
    points.SetData(_array(np.ascontiguousarray(places, np.float32)))
    return points


def _cells(corners: np.ndarray) -> vtkCellArray:
    count, each = corners.shape
    cells = vtkCellArray()
    offsets = np.arange(0, count * each + 1, each, dtype=np.int32)
    cells.SetData(_array(offsets), _array(np.ascontiguousarray(corners.reshape(-1), np.int32)))
    return cells


def _array(values: np.ndarray, kind: int | None = None) -> vtkDataArray:
    # Why deep: VTK would go on reading numpy's memory, whoever frees it first.
    return cast(vtkDataArray, numpy_to_vtk(values, deep=True, array_type=kind))


def _unit(colour: Colour) -> tuple[float, float, float]:
    return colour[0] / 255, colour[1] / 255, colour[2] / 255
