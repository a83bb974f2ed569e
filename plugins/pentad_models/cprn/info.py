"""What CPRN offers, its knobs and its presets, known without torch."""

from collections.abc import Mapping

from pentad.core.sample import Modality
from pentad.sdk import ModelInfo, Setting, Value
from pentad_models.backbones.knobs import BACKBONE, CROP, DOWNLOAD, INPUT, SIGMA

SCORES = ("top0.2", "top1", "max", "mean")
SETTINGS = (
    Setting("preset", "default", "which set of values the others start from", choices=("default", "paper", "quick")),
    BACKBONE,
    DOWNLOAD,
    Setting("blocks", "auto", "encoder blocks read, 0-based: auto, 3-8 or 3,5,8"),
    INPUT,
    CROP,
    Setting(
        "streams",
        "auto",
        "what is looked at: both (the paper's UCP), rgb, normal, concat (naive); auto is both where there are normals",
        choices=("auto", "both", "rgb", "normal", "concat"),
    ),
    Setting("reconstruct", "both", "streams rebuilt from the prototypes: rgb (eq. 5) or both", choices=("rgb", "both")),
    Setting("prototypes", 6, "M, prototypes made of each view", minimum=1, maximum=1024),
    Setting("heads", 6, "attention heads; must divide the backbone's width", minimum=1, maximum=64),
    Setting("init_std", 1.0, "spread of the learnable queries at the start; small ones never part", minimum=1e-4),
    Setting("loss", "layers", "cosine per layer, or of the layers' mean (eq. 5)", choices=("layers", "mean")),
    Setting("map", "mean", "map of the layers' mean error, or of the last layer", choices=("mean", "last")),
    Setting("prototype_weight", 0.1, "lambda_p; 0 leaves eq. 6 out", minimum=0.0),
    Setting(
        "calibrate",
        "place",
        "count heat from what good parts show at each place of a view (they lie alike), or leave the plain distance",
        choices=("place", "none"),
    ),
    Setting("score", "top0.2", "image score: mean of the map's top 0.2 % or 1 %, its max, or its mean", choices=SCORES),
    SIGMA,
    Setting("steps", 300, "optimiser steps", minimum=1),
    Setting("batch", 4, "views a step", minimum=1, maximum=256),
    Setting("tokens", 128, "patches of each view that are rebuilt in a step; 0 is all", minimum=0),
    Setting("learning_rate", 1e-3, "highest learning rate (AdamW, warm-up, cosine to a tenth)", minimum=0.0),
    Setting("max_views", 400, "at most this many views are learnt from, chosen at random; 0 is all", minimum=0),
    Setting("seed", 0, "seed of the weights and of the order", minimum=0),
)
PRESETS: Mapping[str, Mapping[str, Value]] = {
    "paper": {
        "crop": "frame",
        "reconstruct": "rgb",
        "loss": "mean",
        "map": "last",
        "calibrate": "none",
        "score": "mean",
    },
    "quick": {"input": 308, "steps": 150},
}
INFO = ModelInfo(
    id="cprn",
    title="CPRN",
    summary="Cross-modal prototype reconstruction of RGB and normals (Real-IAD-MVN, section 4)",
    needs=frozenset({Modality.RGB}),
    settings=SETTINGS,
)
