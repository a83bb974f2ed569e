"""What PTAD's alignment is and which settings it has; light."""

from collections.abc import Mapping

from pentad.sdk import AlignerInfo, Setting, Value
from pentad_models.ptad.rasterising import RASTERISERS

METHODS = ("lm", "ptad")
PRESETS: Mapping[str, Mapping[str, Value]] = {
    "lm": {},
    # Why 96: 31,000 splats of a chair are 150 iterations in two seconds; "paper" has the tool's own density.
    "ptad": {"method": "ptad", "resolution": 96, "opacity": 0.731, "spread": 0.3, "mode": "faithful", "scale": 0.65},
    "paper": {"method": "ptad", "resolution": 520, "opacity": 0.731, "spread": 0.3, "mode": "faithful", "scale": 0.65},
}
INFO = AlignerInfo(
    id="ptad",
    title="PTAD",
    summary="A part's pose from its outline: splats of its mesh, moved until their masks are the query's",
    methods=METHODS,
    settings=(
        Setting("preset", "lm", "a set of settings: lm, or ptad as published, or paper with its density too",
                choices=tuple(PRESETS)),
        Setting("method", "lm", "lm: aligned chamfer, several starts, Levenberg-Marquardt; ptad: seven numbers by Adam",
                choices=METHODS),
        Setting("side", 256, "pixels of the longer side that masks are reduced to; twice that for several looks",
                minimum=64, maximum=1024),
        Setting("margin", 0.2, "how much of the part's size is kept around it", minimum=0.02, maximum=2),
        Setting("views", 20, "references: azimuths of each ring", minimum=1, maximum=360),
        Setting("elevations", "20", "references: degrees above the part's floor, one ring each, as in 5, 20, 45"),
        Setting("up", "auto", "the mesh's axis that points up; auto: the side of its box least like the others",
                choices=("auto", "y", "z")),
        Setting("resolution", 200, "grid cells that the mesh is splatted with; 0: by the density",
                minimum=0, maximum=4096),
        Setting("density", 0.5, "mesh2splat's sampling density, from 0 (16 cells) to 1 (1024); the paper's 0.5 is 520",
                minimum=0, maximum=1),
        Setting("decimate", 0, "reduce the mesh to at most so many triangles first; 0 leaves it as it is", minimum=0),
        Setting("mode", "exact", "shapes of splats: as mesh2splat has them, or exact", choices=("exact", "faithful")),
        Setting("scale", 0.45, "width of a splat (sigma) in cells; mesh2splat's is 0.65", minimum=0.1, maximum=2),
        Setting("opacity", 0.95, "of a splat; the paper's files most likely say 0.731", minimum=0.05, maximum=1),
        Setting("spread", 0.02, "px^2 that every splat is widened by; 3D Gaussian Splatting's is 0.3",
                minimum=0.001, maximum=4),
        Setting("normalised", False, "of a rendering: divide the depth by the mask (PTAD eq. 8 does not)"),
        Setting("backend", "auto", "what draws the splats; auto is numba", choices=RASTERISERS),
        Setting("threads", 2, "that the numba backend draws on", minimum=1, maximum=64),
        Setting("iterations", 150, "ptad: steps of Adam; 0 keeps the nearest reference", minimum=0, maximum=10_000),
        Setting("seed", 0, "ptad: of the first parameters, normally distributed around zero", minimum=0),
        Setting("lying", "auto", "lm: may the part lie any way; auto: where upright ones explain the masks badly",
                choices=("auto", "upright", "anyhow")),
        Setting("starts", 8, "lm: how many hypotheses are followed on small masks; half for several looks",
                minimum=1, maximum=360),
        Setting("kept", 3, "lm: distinct poses that are refined at full size", minimum=1, maximum=20),
        Setting("refits", 2, "lm: times the pose is fitted again without what differs in one piece", minimum=0,
                maximum=10),
    ),
)  # fmt: skip
