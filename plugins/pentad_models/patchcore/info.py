"""What PatchCore offers and its knobs, known without torch."""

from pentad.core.sample import Modality
from pentad.sdk import ModelInfo, Setting
from pentad_models.backbones.knobs import BACKBONE, CROP, DOWNLOAD, INPUT, SIGMA

SETTINGS = (
    BACKBONE,
    DOWNLOAD,
    Setting("blocks", "5,8", "encoder blocks whose tokens are joined, 0-based: 5,8 or 3-8 or auto"),
    INPUT,
    CROP,
    Setting(
        "streams",
        "auto",
        "what is looked at: both (tokens joined), rgb or normal; auto is both where there are normals",
        choices=("auto", "both", "rgb", "normal"),
    ),
    Setting("dimensions", 128, "size of a patch's descriptor after the random projection", minimum=2, maximum=4096),
    Setting("pool", 200_000, "good patches kept at most before the coreset is chosen", minimum=1),
    Setting("coreset", 8_000, "patches in the memory bank at most", minimum=1, maximum=1_000_000),
    Setting("score", "top1", "image score: mean of the map's top 1 %, max or mean", choices=("top1", "max", "mean")),
    SIGMA,
    Setting("max_views", 1000, "at most this many views are learnt from, chosen at random; 0 is all", minimum=0),
    Setting("seed", 0, "seed of the projection and of the coreset's start", minimum=0),
)
INFO = ModelInfo(
    id="patchcore",
    title="PatchCore",
    summary="Distance to the nearest good patch, RGB and normals joined (Roth et al., CVPR 2022)",
    needs=frozenset({Modality.RGB}),
    settings=SETTINGS,
)
