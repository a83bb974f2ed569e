"""What the depth generator offers, its knobs and its presets, known without torch."""

from collections.abc import Mapping

from pentad.core.sample import Modality
from pentad.sdk import ModelInfo, Setting, Value

SETTINGS = (
    Setting("preset", "default", "which set of values the others start from", choices=("default", "paper", "quick")),
    Setting("depth", "auto", "what is learnt: true depth, what normals integrate to, or (auto) true where it is known",
            choices=("auto", "true", "normals")),
    Setting("condition", "full", "full: both streams by the paper's HDC; normals: both, joined plainly; rgb: colour "
            "alone (the rows of figure A2)", choices=("full", "normals", "rgb")),
    Setting("features", "", "folder of a trained CPRN that is built on; empty: a quick one is trained first"),
    Setting("features_with", "preset=quick", "settings of the CPRN trained first, as key=value; key=value"),
    Setting("autoencoder", "", "folder of a trained depth generator whose autoencoder is taken over; empty: trained"),
    Setting("side", 256, "pixels of a side of the depth that is made, a multiple of 32", minimum=32, maximum=1024),
    Setting("grid", 12, "rows and columns of the frozen tokens that are attended to", minimum=2, maximum=64),
    Setting("latent", 8, "channels of the latent code, an eighth of the side wide", minimum=1, maximum=32),
    Setting("coder_width", 48, "channels of the autoencoder's first level", minimum=8, maximum=512),
    Setting("widths", "48-96-128", "channels of the denoising network's levels"),
    Setting("blocks", 2, "residual blocks a level", minimum=1, maximum=8),
    Setting("attention", 48, "width of the cross-attention (A5)", minimum=16, maximum=1024),
    Setting("alpha", "centred", "how information weighs the streams: A6 as printed (a half or more for normals) "
            "or sigma(beta (2 r - 1))", choices=("centred", "paper")),
    Setting("dropout", 0.1, "how often a stream is withheld in training, so that depth can be made without normals",
            minimum=0.0, maximum=0.45),
    Setting("reconstruction", "mixed", "form of the reconstruction loss (A3): square as printed, absolute (steps stay "
            "sharp), or mixed: square for the autoencoder, absolute for the decoder's last steps",
            choices=("mixed", "square", "absolute")),
    Setting("adversary", "nonsaturating", "form of the adversarial loss (A4): as is usual, as printed, or hinge",
            choices=("nonsaturating", "minimax", "hinge")),
    Setting("adversary_weight", 0.002, "weight of the adversarial loss; 0 leaves A4 out", minimum=0.0),
    Setting("coder_steps", 1200, "optimiser steps of the autoencoder", minimum=1),
    Setting("prediction", "v", "what the denoising network predicts: the noise (A2), or the velocity",
            choices=("v", "epsilon")),
    Setting("steps", 3000, "optimiser steps of the denoising network", minimum=1),
    Setting("finetune_steps", 300, "steps in which the decoder learns from sampled codes at last; 0: none",
            minimum=0),
    Setting("batch", 8, "views a step", minimum=1, maximum=256),
    Setting("learning_rate", 1e-3, "highest learning rate (AdamW, warm-up, cosine)", minimum=0.0),
    Setting("sampler", "ddim", "how codes are sampled", choices=("ddim", "dpm", "ddpm")),
    Setting("sampling_steps", 10, "steps of the sampler where nothing else is asked", minimum=1, maximum=1000),
    Setting("deviation", "integrated", "what heat counts from: what the normals integrate to, or the mean depth of "
            "good parts", choices=("integrated", "reference")),
    Setting("score", "top0.2", "image score: mean of the map's top 0.2 % or 1 %, its max, or its mean",
            choices=("top0.2", "top1", "max", "mean")),
    Setting("sigma", 1.0, "smoothing of the 256 x 256 map, in its cells", minimum=0.0, maximum=32.0),
    Setting("precision", "auto", "auto: bfloat16 where the processor multiplies it (AMX, AVX-512 BF16), else float32",
            choices=("auto", "float32", "bfloat16")),
    Setting("max_views", 400, "at most this many views are learnt from, chosen at random; 0 is all", minimum=0),
    Setting("seed", 0, "seed of the weights, of the order and of the noise", minimum=0),
)  # fmt: skip
PRESETS: Mapping[str, Mapping[str, Value]] = {
    "paper": {
        "alpha": "paper",
        "prediction": "epsilon",
        "reconstruction": "square",
        "adversary": "minimax",
        "dropout": 0.0,
        "sampling_steps": 50,
        "finetune_steps": 500,
    },
    "quick": {"side": 128, "coder_steps": 600, "steps": 1000, "finetune_steps": 150},
}
INFO = ModelInfo(
    id="depthgen",
    title="Depth generator",
    summary="Depth made from RGB and normals by conditional latent diffusion (Real-IAD-MVN, appendix A)",
    needs=frozenset({Modality.RGB}),
    settings=SETTINGS,
    learns_depth=True,
)
