"""What draws OpenGL here, asked in a process of its own: ``pentad --probe-gl`` prints it."""

import subprocess
import sys

PROBE = "--probe-gl"
_RENDERER = 0x1F01
"""GL_RENDERER."""


def print_renderer() -> int:
    """The process that may crash with its driver; 1 where there is no OpenGL."""
    from PySide6.QtGui import QGuiApplication, QOffscreenSurface, QOpenGLContext

    app = QGuiApplication(sys.argv[:1])
    context, surface = QOpenGLContext(), QOffscreenSurface()
    surface.create()
    found = context.create() and context.makeCurrent(surface)
    if found:
        print(context.functions().glGetString(_RENDERER))
        context.doneCurrent()
    del context, surface, app
    return 0 if found else 1


def gl_renderer() -> str | None:
    """What draws OpenGL here; None where nothing does.

    Why a process: a driver that crashes must not take the asker along, and Qt must not be loaded into a command.
    """
    # Why: a frozen program is its own interpreter and takes no ``-m``.
    program = [sys.executable] if getattr(sys, "frozen", False) else [sys.executable, "-m", "pentad.cli"]
    try:
        probe = subprocess.run([*program, PROBE], capture_output=True, text=True, timeout=20, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return None
    return probe.stdout.strip() or None if probe.returncode == 0 else None
