"""What MMPDN offers, its knobs and its presets, known without torch."""

from collections.abc import Mapping

from pentad.core.sample import Modality
from pentad.sdk import ModelInfo, Setting, Value

POSES = ("lm", "ptad", "chamfer", "none")
SETTINGS = (
    Setting("preset", "default", "which set of values the others start from", choices=("default", "paper", "quick")),
    Setting(
        "pose",
        "lm",
        "how parts are aligned: lm or ptad as `pentad align` has them; chamfer: the nearest reference shifted and "
        "scaled onto the query, nothing optimised; none: the nearest reference as it is (PTAD table 3)",
        choices=POSES,
    ),
    Setting(
        "learn_poses",
        "known",
        "poses while training: known: those the data set tells, made a little wrong in four ways (parts without one "
        "are aligned first); aligned: found as in judging",
        choices=("known", "aligned"),
    ),
    Setting("rasteriser", "auto", "what draws the splats: auto, numba, torch or gsplat"),
    Setting("side", 128, "pixels of a side of the network's input, a multiple of 32; the paper's is 256", minimum=64,
            maximum=512),
    Setting("crop", "part", "look at the part alone, as large as it can be, or at the whole frame (as the paper does)",
            choices=("part", "frame")),
    Setting("query", "masked", "the photo with a black background, as the depth has, or as it is (the paper)",
            choices=("masked", "photo")),
    Setting("distance", "cosine", "eq. 9 as one number a pixel, or its summands channel by channel",
            choices=("cosine", "channelwise")),
    Setting("weights", "", "a safetensors state dict of ResNet18 to begin with; empty: random"),
    Setting("map_weight", 1.0, "how much the distance maps are told of drawn defects; 0 (the paper): nothing",
            minimum=0.0),
    Setting("sample_ratio", 1.0, "share of the training parts that is learnt from (PTAD table 4)", minimum=0.001,
            maximum=1.0),
    Setting("epochs", 9, "times all views are looked at", minimum=1),
    Setting("coarse", 0.67, "share of the epochs that are learnt on images of half the side, at a third of the cost; "
            "not below 64 pixels (not in the paper)", minimum=0.0, maximum=1.0),
    Setting("batch", 16, "views a step", minimum=2, maximum=256),
    Setting("learning_rate", 5e-4, "highest learning rate (Adam, betas 0 and 0.999; warm-up, then a cosine); 2e-5 in "
            "the paper, for 180,000 pairs", minimum=0.0),
    Setting("precision", "auto", "auto: bfloat16 where the processor multiplies it (AMX, AVX-512 BF16), else float32",
            choices=("auto", "float32", "bfloat16")),
    Setting("seed", 0, "seed of the weights, of the order and of what is varied", minimum=0),
)  # fmt: skip
PRESETS: Mapping[str, Mapping[str, Value]] = {
    "paper": {
        "pose": "ptad",
        "learn_poses": "aligned",
        "side": 256,
        "crop": "frame",
        "query": "photo",
        "epochs": 20,
        "coarse": 0.0,
        "map_weight": 0.0,
        "learning_rate": 2e-5,
    },
    "quick": {"side": 64, "epochs": 3},
}
INFO = ModelInfo(
    id="mmpdn",
    title="MMPDN",
    summary="A photo against the depth of the aligned mesh: score and box (PTAD, section 3.3)",
    needs=frozenset({Modality.RGB}),
    settings=SETTINGS,
    learns_from="all",
    needs_geometry=True,
)
