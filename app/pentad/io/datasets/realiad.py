"""Real-IAD: five views a part, ``realiad_jsons`` beside ``realiad_{256,512,1024,raw}``."""

from pentad.io.datasets.listed import ListedReader, Scheme

VIEWS = ("C1", "C2", "C3", "C4", "C5")

DEFECT_CODES = {
    "AK": "pit",
    "BX": "deformation",
    "CH": "abrasion",
    "HS": "scratch",
    "PS": "damage",
    "QS": "missing part",
    "YW": "foreign object",
    "ZW": "contamination",
}

READER = ListedReader(
    "realiad",
    "Real-IAD",
    Scheme(
        lists="realiad_jsons",
        images=("realiad_raw", "realiad_1024", "realiad_512", "realiad_256"),
        keys={"rgb": ("image_path",), "mask": ("mask_path",), "class": ("anomaly_class",)},
        views=VIEWS,
        words=DEFECT_CODES,
    ),
)
