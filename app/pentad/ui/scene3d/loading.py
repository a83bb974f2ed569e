"""VTK, imported when somebody first wants to see three dimensions, piece by piece."""

import importlib

from pentad.core.problem import Problem
from pentad.sdk import Ticket

MODULES = (
    "vtkmodules.vtkCommonCore",
    "vtkmodules.vtkCommonMath",
    "vtkmodules.vtkCommonTransforms",
    "vtkmodules.vtkCommonDataModel",
    "vtkmodules.vtkCommonExecutionModel",
    "vtkmodules.vtkRenderingCore",
    "vtkmodules.vtkRenderingOpenGL2",
    "vtkmodules.util.numpy_support",
)


def import_vtk(ticket: Ticket) -> None:
    """A worker's task. Small modules, so that the window gets its turn between them; Problem where it is missing."""
    for name in MODULES:
        ticket.check()
        try:
            importlib.import_module(name)
        except ImportError as error:
            remedy = "Install Pentad again; on Linux the package libgl1 is needed as well."
            raise Problem("3D views cannot be drawn here", f"{name}: {error}", remedy=remedy) from error
