"""The settings that every model on these backbones has, known without torch."""

from pentad.sdk import Setting

BACKBONE = Setting("backbone", "imgfocus-vits14", "frozen ViT: imgfocus-vits14, a local folder or a hub id")
DOWNLOAD = Setting("download", False, "may a hub id be downloaded")
INPUT = Setting(
    "input", 392, "pixels a view has for the encoder: a square of this side, or as many in another shape", minimum=28
)
CROP = Setting(
    "crop", "part", "look at the part alone, as large as it can be, or at the whole frame", choices=("part", "frame")
)
SIGMA = Setting("sigma", 4.0, "smoothing of the 256 x 256 map, in its cells", minimum=0.0, maximum=32.0)
