"""The picture of a splat cloud, made off screen by vispy on one thread."""

import contextlib
import time
from collections.abc import Iterator, Mapping
from importlib import import_module
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PySide6.QtGui import QOffscreenSurface, QOpenGLContext, QSurfaceFormat

from pentad.core.arrays import Doubles
from pentad.core.problem import Problem
from pentad.core.resource import resource
from pentad.sdk import Ticket
from pentad.ui.splats.content import Eye, Gaussians, SplatContent, SplatPicture

REMEDY = "Install a graphics driver with OpenGL 3.3 or newer (on Linux: libgl1-mesa-dri). Everything else goes on."
MOVING_SPLATS = 60_000
"""At most so many are drawn while a slow picture moves, each larger in turn."""
_LOT = 1 << 16
"""Splats drawn at once: a picture that nobody waits for any more ends after the next lot."""
_LEAST_VERSION = (3, 3)
_CORNERS = np.array([[-1, -1], [1, -1], [-1, 1], [1, 1]], np.float32)
_QUICK_S, _SLOW_S = 0.03, 0.06
_COARSEST = 4
_DOT_PX = 1.2
_SAME_ORDER = {True: float(np.cos(np.radians(4))), False: float(np.cos(np.radians(0.05)))}
"""How far the eye may have gone around the splats before they are sorted anew, while it moves and when it stands."""


class SplatStage:
    """Holds an OpenGL context, a program and buffers. Everything in it happens on the thread that made it.

    Why a worker may hold Qt's context: it is made, used and ended on this thread alone, in no cycle that the main
    thread's collector could find first. The ``surface`` is the main thread's and is only looked at.
    """

    def __init__(self, surface: QOffscreenSurface, ticket: Ticket) -> None:
        self._surface = surface
        self._context: QOpenGLContext | None = _started(surface)
        try:
            self._paint = _Paint(ticket)
        finally:
            self._context.doneCurrent()
        self._reduction, self._whole_s = 1, 0.0

    @property
    def renderer(self) -> str:
        return self._paint.renderer

    def draw(self, content: SplatContent, eye: Eye, ticket: Ticket, *, moving: bool) -> SplatPicture:
        """A picture of the eye's size, or, while a slow one is ``moving``, of fewer pixels and splats.

        One that is no longer wanted ends between two lots of splats.
        """
        count = len(content.gaussians)
        slow = moving and self._whole_s > _QUICK_S
        seen, few = eye, count
        if slow:
            seen, few = eye.reduced(self._reduction), min(count, MOVING_SPLATS // self._reduction)
        started = time.perf_counter()
        with self._current():
            self._paint.take(content, seen, few, ticket, moving=moving)
            pixels = self._paint.picture(content, seen, ticket)
        seconds = time.perf_counter() - started
        whole = few == count and seen.size == eye.size
        if whole:
            self._whole_s = seconds
        if slow and seconds > _SLOW_S:
            self._reduction = min(self._reduction + 1, _COARSEST)
        elif slow and seconds < _QUICK_S / 2:
            self._reduction = max(self._reduction - 1, 1)
        return SplatPicture(pixels, seconds, whole, self.renderer, few)

    def close(self) -> None:
        """Let go of everything in the graphics card's memory; to be called where it was made."""
        if self._context is not None:
            with self._current():
                self._paint.close()
            self._context = None

    @contextlib.contextmanager
    def _current(self) -> Iterator[None]:
        """While it lasts, OpenGL's calls of this thread are this context's; afterwards they are nobody's."""
        if self._context is None:
            raise Problem("The splats' view is closed", remedy="Open it again.")
        if not self._context.makeCurrent(self._surface):
            raise Problem("Splats cannot be drawn here", "OpenGL does not answer", remedy=REMEDY)
        try:
            yield
        finally:
            self._context.doneCurrent()


class _Paint:
    """vispy's program and buffers in the context that is current."""

    def __init__(self, ticket: Ticket) -> None:
        ticket.report(0.0, "Loading vispy")
        try:
            # Why so: a third of a second, and only splats need it; what vispy exports, no type checker finds.
            gloo: Any = import_module("vispy.gloo")
            contexts: Any = import_module("vispy.gloo.context")
        except ImportError as error:
            raise Problem("Splats cannot be drawn here", str(error), remedy="Install Pentad again.") from error
        # Why: the functions that vispy comes with have no instances; PyOpenGL's have.
        gloo.gl.use_gl("gl+")
        self._gloo, self._contexts = gloo, contexts
        self._canvas: Any = contexts.FakeCanvas()
        self.renderer = str(gloo.gl.glGetParameter(gloo.gl.GL_RENDERER))
        code = [resource("shaders", f"splats.{end}").read_text("utf-8") for end in ("vert", "frag")]
        self._program: Any = gloo.Program(*code)
        self._program["a_corner"] = gloo.VertexBuffer(_CORNERS)
        self._lots: list[dict[str, Any]] = []
        """The buffers of so many splats each, by the attribute they are for."""
        self._target: Any = None
        self._size = (0, 0)
        self._gaussians: Gaussians | None = None
        self._order: NDArray[np.int64] = np.empty(0, np.int64)
        self._mixed: NDArray[np.int64] = np.empty(0, np.int64)
        self._ahead: Doubles = np.zeros(3)
        self._colouring = ""

    def take(self, content: SplatContent, eye: Eye, few: int, ticket: Ticket, *, moving: bool) -> None:
        """Have ``few`` of the splats in the buffers, the farthest first as they are seen now."""
        self._make_current()
        gaussians = content.gaussians
        ahead = (eye.to_camera @ content.pose)[2, :3]
        if new := gaussians is not self._gaussians:
            # Why mixed: neighbours follow each other, and every nth of them is a pattern.
            self._mixed = np.random.default_rng(0).permutation(len(gaussians))
            self._gaussians = gaussians
        if new or few != len(self._order) or float(ahead @ self._ahead) < _SAME_ORDER[moving]:
            some = np.arange(len(gaussians)) if few == len(gaussians) else self._mixed[:few]
            self._order = some[farthest_first(gaussians.means[some] @ ahead.astype(np.float32))]
            # Why zeros: a picture that is given up half way leaves lots of another order behind.
            self._ahead, self._colouring = np.zeros(3), ""
            self._upload({"a_mean": gaussians.means, "a_first": gaussians.first, "a_rest": gaussians.rest}, ticket)
            self._ahead = ahead
        if content.colouring != self._colouring:
            self._upload({"a_colour": gaussians.colours(content.colouring)}, ticket)
            self._colouring = content.colouring

    def picture(self, content: SplatContent, eye: Eye, ticket: Ticket) -> NDArray[np.uint8]:
        """(H, W, 4) what the buffers look like."""
        self._set(content, eye)
        gloo, (height, width) = self._gloo, eye.size
        if self._size != eye.size:
            if self._target is not None:
                self._target.color_buffer.delete()
                self._target.delete()
            self._target, self._size = gloo.FrameBuffer(gloo.Texture2D((height, width, 4))), eye.size
        with self._target:
            gloo.set_viewport(0, 0, width, height)
            gloo.set_state(depth_test=False, cull_face=False, blend=True, blend_func=("one", "one_minus_src_alpha"))
            gloo.clear(color=(*(part / 255 for part in content.background), 1.0))
            for lot in self._lots:
                for name, buffer in lot.items():
                    self._program[name] = buffer
                self._program.draw("triangle_strip")
                gloo.gl.glFinish()
                ticket.check()
            return np.ascontiguousarray(gloo.read_pixels((0, 0, width, height), alpha=True), np.uint8)

    def close(self) -> None:
        self._make_current()
        self._program.delete()
        self._fit_lots(0)
        if self._target is not None:
            self._target.color_buffer.delete()
            self._target.delete()
        self._canvas.flush()
        self._gaussians = None

    def _make_current(self) -> None:
        self._contexts.set_current_canvas(self._canvas)

    def _upload(self, arrays: Mapping[str, NDArray[np.float32]], ticket: Ticket) -> None:
        """Each attribute's values in the order of the splats, lot by lot."""
        self._fit_lots(-(-len(self._order) // _LOT))
        for number, lot in enumerate(self._lots):
            some = self._order[number * _LOT : (number + 1) * _LOT]
            ticket.check()
            for name, values in arrays.items():
                data = np.ascontiguousarray(values[some])
                if name in lot and lot[name].size == len(data):
                    lot[name].set_data(data)
                    continue
                if name in lot:
                    lot[name].delete()
                lot[name] = self._gloo.VertexBuffer(data, divisor=1)

    def _fit_lots(self, count: int) -> None:
        for lot in self._lots[count:]:
            for buffer in lot.values():
                buffer.delete()
        del self._lots[count:]
        self._lots += [{} for _ in range(count - len(self._lots))]

    def _set(self, content: SplatContent, eye: Eye) -> None:
        gaussians, program = content.gaussians, self._program
        pose = eye.to_camera @ content.pose
        moved = pose.copy()
        moved[:3, 3] += pose[:3, :3] @ gaussians.middle
        middle = float(moved[2, 3])
        program["u_pose"] = moved.T.astype(np.float32)
        program["u_focal"] = eye.focal
        program["u_size"] = (eye.size[1], eye.size[0])
        program["u_sides"] = eye.sides
        program["u_depths"] = (middle - gaussians.radius, middle + gaussians.radius)
        program["u_near"] = gaussians.near
        program["u_spread"] = eye.spread
        # Why: a part of the splats has to cover what all of them do.
        program["u_grow"] = content.grow * float(np.sqrt(len(gaussians) / len(self._order)))
        program["u_opacity"] = -1.0 if content.opacity is None else content.opacity
        program["u_dot"] = _DOT_PX if content.dots else 0.0
        program["u_by_depth"] = float(content.colouring == "depth")


def farthest_first(depths: NDArray[np.float32]) -> NDArray[np.int64]:
    """(N,) the order of (N,) depths, the greatest first, told apart in 65,536 steps: sixteen bits sort in no time."""
    low, high = float(depths.min()), float(depths.max())
    steps = (high - depths) * np.float32(np.iinfo(np.uint16).max / max(high - low, 1e-30))
    return np.argsort(steps.astype(np.uint16), kind="stable")


def start_driver(ticket: Ticket) -> None:
    """Load OpenGL's driver, which takes long once; Problem where there is none."""
    ticket.check()
    if not _context().create():
        raise Problem("Splats cannot be drawn here", "there is no OpenGL", remedy=REMEDY)


def _started(surface: QOffscreenSurface) -> QOpenGLContext:
    """A context that is current; Problem where there is none that can draw instances."""
    context = _context()
    if not context.create() or not context.makeCurrent(surface):
        raise Problem("Splats cannot be drawn here", "there is no OpenGL", remedy=REMEDY)
    made = context.format().version()
    if made < _LEAST_VERSION or context.isOpenGLES():
        context.doneCurrent()
        why = f"there is OpenGL {made[0]}.{made[1]}; instances need {_LEAST_VERSION[0]}.{_LEAST_VERSION[1]}"
        raise Problem("Splats cannot be drawn here", why, remedy=REMEDY)
    return context


def _context() -> QOpenGLContext:
    # Why no version is asked for: drivers then give their newest that still takes older shaders, as vispy needs.
    wanted = QSurfaceFormat()
    wanted.setRenderableType(QSurfaceFormat.RenderableType.OpenGL)
    context = QOpenGLContext()
    context.setFormat(wanted)
    return context
