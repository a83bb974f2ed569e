"""Ways to draw splats, all behind ``Rasteriser``. Light: numba and torch come with the one that is asked for."""

from pentad.core.camera import Camera
from pentad.core.problem import Problem
from pentad.sdk import Ticket
from pentad_models.ptad.rasteriser import Disks, Rasteriser
from pentad_models.ptad.rasterising.scene import Scene

RASTERISERS = ("auto", "numba", "torch", "gsplat")


def rasteriser_for(
    name: str, disks: Disks, camera: Camera, *, opacity: float = 0.731, spread: float = 0.3, threads: int = 2
) -> Rasteriser:
    """The rasteriser called ``name``, one of ``RASTERISERS``; "auto" is numba.

    ``opacity`` is every splat's; ``spread`` (px^2) is added to their projected covariances; ``threads`` is how many
    numba draws on. Problem for a camera that is no pinhole, and for gsplat where there is no GPU for it.
    """
    scene = Scene.of(disks, camera, opacity=opacity, spread=spread)
    if name in {"auto", "numba"}:
        from pentad_models.ptad.rasterising.numba_backend import NumbaRasteriser

        return NumbaRasteriser(scene, threads=threads)
    if name == "torch":
        from pentad_models.ptad.rasterising.torch_backend import TorchRasteriser

        return TorchRasteriser(scene)
    if name == "gsplat":
        from pentad_models.ptad.rasterising.gsplat_backend import GsplatRasteriser

        return GsplatRasteriser(scene)
    raise Problem(f"There is no rasteriser called {name}", remedy=f"Choose one of {', '.join(RASTERISERS)}")


def warm(ticket: Ticket, *, until: float = 1.0) -> None:
    """Compile what "auto" draws with, or read it from where an earlier run left it, telling so in the ticket.

    Fractions are reported from 0 to ``until``, the share of a larger work that this is.
    """
    from pentad_models.ptad.rasterising.warming import warm_numba

    warm_numba(ticket, until=until)
