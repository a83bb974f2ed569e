"""The picture of a scene, made off screen by VTK on one thread."""

import math
import re
import time
from typing import TYPE_CHECKING, cast

import numpy as np

from pentad.canvas.colours import NO_NORMAL
from pentad.canvas.pyramid import Bgra
from pentad.core.problem import Problem
from pentad.geometry.points import Points
from pentad.geometry.viewpoint import Viewpoint
from pentad.sdk import Ticket
from pentad.ui.scene3d.content import Content, Picture, Sheet, check
from pentad.ui.scene3d.loading import import_vtk

if TYPE_CHECKING:
    from vtkmodules.vtkRenderingCore import vtkActor, vtkRenderer, vtkRenderWindow, vtkTexture, vtkWindowToImageFilter
    from vtkmodules.vtkRenderingOpenGL2 import vtkOpenGLRenderWindow

REMEDY = "Install a graphics driver with OpenGL 3.2 or newer (on Linux: libgl1-mesa-dri). Everything else goes on."
NO_OPENGL = ("3D views cannot be drawn here", "there is no OpenGL 3.2")
_LAST_RESORTS = frozenset({"vtkOSOpenGLRenderWindow", "vtkRenderWindow"})
"""What VTK comes to when neither the display nor EGL gives it OpenGL; drawing with them ends the program."""
_SMOOTH_SAMPLES = 4
_SLOW_TRIANGLES, _SLOW_POINTS = 300_000, 400_000
"""More of them are not smoothed by software, which takes four times as long for it."""
MOVING_POINTS = 40_000
_QUICK_S = 0.04
"""A picture made that fast is made whole while the scene moves, too."""


class Stage:
    """Holds VTK's window and actors. Everything in it happens on the thread that made it; the window never waits.

    Nothing of Qt is drawn on and no callback of VTK is used, so a fault of either cannot take the other along.
    """

    def __init__(self, ticket: Ticket) -> None:
        import_vtk(ticket)
        from vtkmodules.vtkCommonCore import vtkLogger
        from vtkmodules.vtkRenderingCore import vtkRenderer, vtkRenderWindow

        # Why: it would tell the terminal about every display it tries on its way to one that works.
        vtkLogger.SetStderrVerbosity(vtkLogger.VERBOSITY_OFF)
        self._window: vtkRenderWindow | None = vtkRenderWindow()
        if self._window.GetClassName() in _LAST_RESORTS:
            raise Problem(*NO_OPENGL, remedy=REMEDY)
        self._window.SetOffScreenRendering(1)
        self._window.SetMultiSamples(0)
        self.renderer = _started(self._window)
        self._renderer: vtkRenderer | None = vtkRenderer()
        self._window.AddRenderer(self._renderer)
        self._read = _reader(self._window)
        self._content: Content | None = None
        self._skin: tuple[vtkActor, vtkActor] | None = None
        self._points: tuple[Points, vtkActor, vtkActor] | None = None
        self._sheets: dict[int, tuple[Sheet, vtkActor, vtkActor]] = {}
        self._textures: dict[int, tuple[object, vtkTexture]] = {}
        self._whole_s = math.inf

    @property
    def actors(self) -> int:
        """How many there are; for tests."""
        return 0 if self._renderer is None else self._renderer.GetActors().GetNumberOfItems()

    @property
    def textures(self) -> int:
        """How many photos there are; for tests."""
        return len(self._textures)

    def draw(self, content: Content, viewpoint: Viewpoint, size: tuple[int, int], *, moving: bool) -> Picture:
        """A picture of ``size`` (height, width); ``moving``: soon rather than whole. Problem for what cannot be."""
        window, renderer = self._window, self._renderer
        if window is None or renderer is None:
            raise Problem("The 3D view is closed", remedy="Open it again from View > Panels.")
        started = time.perf_counter()
        _check_viewpoint(viewpoint)
        if content is not self._content:
            check(content)
            self._fill(renderer, content)
            self._content = content
        whole = self._choose(content, moving=moving)
        self._aim(renderer, viewpoint, size)
        window.SetSize(size[1], size[0])
        window.Render()
        pixels = _pixels(self._read, size)
        seconds = time.perf_counter() - started
        if whole and not moving:
            self._whole_s = seconds
        # Why: a context that stays with this thread could never be ended by another one.
        window.ReleaseCurrent()
        return Picture(pixels, seconds, whole, self.renderer, viewpoint)

    def close(self) -> None:
        """Let go of everything in the graphics card's memory; to be called where it was made."""
        if self._window is not None:
            self._read.SetInput(None)
            self._window.Finalize()
        self._skin, self._points, self._content = None, None, None
        self._sheets.clear()
        self._textures.clear()
        self._renderer, self._window = None, None

    def _fill(self, renderer: "vtkRenderer", content: Content) -> None:
        from pentad.ui.scene3d.actors import line_actor

        renderer.SetBackground(*(part / 255 for part in content.background))
        old = self._content
        skin, before = content.skin, old.skin if old is not None else None
        same_part = skin is not None and before is not None and skin.part is before.part
        renderer.RemoveAllViewProps()
        for lines in content.lines:
            renderer.AddActor(line_actor(lines))
        self._fill_photos(renderer, content)
        self._fill_skin(renderer, content, same_part=same_part)
        self._fill_points(renderer, content.points)
        self._fill_sheets(renderer, content.sheets)

    def _fill_photos(self, renderer: "vtkRenderer", content: Content) -> None:
        from pentad.ui.scene3d.actors import photo_actor

        kept: dict[int, tuple[object, vtkTexture]] = {}
        for photo in content.photos:
            known = self._textures.get(id(photo.pixels))
            actor = photo_actor(photo, known[1] if known is not None else None)
            kept[id(photo.pixels)] = (photo.pixels, actor.GetTexture())
            renderer.AddActor(actor)
        self._textures = kept

    def _fill_skin(self, renderer: "vtkRenderer", content: Content, *, same_part: bool) -> None:
        from pentad.ui.scene3d.actors import show_colours, skin_actor

        skin = content.skin
        if skin is None:
            self._skin = None
            return
        if self._skin is None or not same_part:
            still = skin_actor(skin.part.still, skin.plain, None)
            moving = still if skin.part.moving is skin.part.still else skin_actor(skin.part.moving, skin.plain, None)
            self._skin, self._whole_s = (still, moving), math.inf
        for actor, colours in zip(self._skin, (skin.still, skin.moving), strict=True):
            show_colours(actor, colours)
            actor.GetProperty().SetColor(*(part / 255 for part in skin.plain))
            renderer.AddActor(actor)

    def _fill_points(self, renderer: "vtkRenderer", points: Points | None) -> None:
        from pentad.ui.scene3d.actors import points_actor, show_colours

        if points is None or not len(points.places):
            self._points = None
            return
        known = self._points
        if known is None or known[0].places is not points.places:
            count = len(points.places)
            every = points_actor(points, count)
            few = every if count <= MOVING_POINTS else points_actor(points, MOVING_POINTS)
            self._points, self._whole_s = (points, every, few), math.inf
        elif known[0].colours is not points.colours:
            show_colours(known[1], points.colours)
            if known[2] is not known[1]:
                show_colours(known[2], points.colours[:MOVING_POINTS])
            self._points = points, known[1], known[2]
        assert self._points is not None
        for actor in dict.fromkeys(self._points[1:]):
            renderer.AddActor(actor)

    def _fill_sheets(self, renderer: "vtkRenderer", sheets: tuple[Sheet, ...]) -> None:
        from pentad.ui.scene3d.actors import skin_actor

        kept: dict[int, tuple[Sheet, vtkActor, vtkActor]] = {}
        for sheet in sheets:
            known = self._sheets.get(id(sheet.still))
            if known is None:
                still, moving = (
                    skin_actor(triangles, NO_NORMAL, colours)
                    for triangles, colours in ((sheet.still, sheet.still_colours), (sheet.moving, sheet.moving_colours))
                )
                known, self._whole_s = (sheet, still, still if sheet.moving is sheet.still else moving), math.inf
            kept[id(sheet.still)] = known
            for actor in dict.fromkeys(known[1:]):
                renderer.AddActor(actor)
        self._sheets = kept

    def _choose(self, content: Content, *, moving: bool) -> bool:
        """Set what is left out; whether that is nothing."""
        window = self._window
        quick = self._whole_s < _QUICK_S
        triangles = len(content.skin.part.still.faces) if content.skin is not None else 0
        triangles += sum(len(sheet.still.faces) for sheet in content.sheets)
        software = "llvmpipe" in self.renderer.lower()
        points = len(content.points.places) if content.points is not None else 0
        slow = triangles > _SLOW_TRIANGLES or points > _SLOW_POINTS
        smooth = (not moving or quick) and not (software and slow)
        if window is not None:
            window.SetMultiSamples(_SMOOTH_SAMPLES if smooth else 0)
        sheets = [known[1:] for known in self._sheets.values()]
        every = (self._skin, self._points[1:] if self._points else None, *sheets)
        pairs = [pair for pair in every if pair and pair[0] is not pair[1]]
        whole = not moving or quick
        for fine, coarse in pairs:
            fine.SetVisibility(whole)
            coarse.SetVisibility(not whole)
        return whole or not pairs

    def _aim(self, renderer: "vtkRenderer", viewpoint: Viewpoint, size: tuple[int, int]) -> None:
        camera = renderer.GetActiveCamera()
        camera.SetPosition(*viewpoint.eye.tolist())
        camera.SetFocalPoint(*viewpoint.target.tolist())
        camera.SetViewUp(*viewpoint.axes[1].tolist())
        camera.SetViewAngle(math.degrees(viewpoint.angle))
        camera.SetParallelProjection(viewpoint.flat)
        camera.SetParallelScale(viewpoint.half_height)
        camera.SetWindowCenter(viewpoint.shift[0] * size[0] / size[1], viewpoint.shift[1])
        renderer.ResetCameraClippingRange()


def _started(window: "vtkRenderWindow") -> str:
    """OpenGL's name of what draws, once ``window`` has a context; Problem below OpenGL 3.2, where drawing would end us.

    Why no question that VTK answers by itself: it starts a second context for that, and holds the interpreter.
    """
    window.Render()
    state = cast("vtkOpenGLRenderWindow", window).GetState()
    version = re.search(r"(\d+)\.(\d+)", state.GetVersion())
    if version is None or (int(version[1]), int(version[2])) < (3, 2):
        raise Problem(*NO_OPENGL, remedy=REMEDY)
    return state.GetRenderer() or "unknown"


def _reader(window: "vtkRenderWindow") -> "vtkWindowToImageFilter":
    """Why a filter: software draws while its pixels are read, and only an Update lets the interpreter go meanwhile."""
    from vtkmodules.vtkRenderingCore import vtkWindowToImageFilter

    reader = vtkWindowToImageFilter()
    reader.SetInput(window)
    reader.SetInputBufferTypeToRGBA()
    reader.ReadFrontBufferOff()
    reader.ShouldRerenderOff()
    return reader


def _pixels(reader: "vtkWindowToImageFilter", size: tuple[int, int]) -> Bgra:
    from vtkmodules.util.numpy_support import vtk_to_numpy

    reader.Modified()
    reader.Update()
    rgba = vtk_to_numpy(reader.GetOutput().GetPointData().GetScalars())
    height, width = size
    if rgba.size != height * width * 4:
        raise Problem("3D views cannot be drawn here", "OpenGL gave no picture", remedy=REMEDY)
    upright = rgba.reshape(height, width, 4)[::-1]
    pixels = np.empty((height, width, 4), np.uint8)
    pixels[..., :3] = upright[..., 2::-1]
    pixels[..., 3] = 255
    return pixels


def _check_viewpoint(viewpoint: Viewpoint) -> None:
    numbers = np.concatenate([viewpoint.eye, viewpoint.target, viewpoint.up, [viewpoint.angle, *viewpoint.shift]])
    if not np.isfinite(numbers).all() or not viewpoint.distance > 0:
        raise Problem("There is nowhere to look from", "a camera's place is not a number", remedy="Show the whole rig.")
