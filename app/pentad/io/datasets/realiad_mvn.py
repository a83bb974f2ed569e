"""Real-IAD-MVN: five views a part, photo and normal map each; no layout is published, so keys are taken widely."""

from pentad.io.datasets.listed import ListedReader, Scheme
from pentad.io.datasets.realiad import VIEWS

READER = ListedReader(
    "realiad_mvn",
    "Real-IAD-MVN",
    Scheme(
        lists="(?i:real-?iad[-_]mvn[-_]jsons?)",
        images=("(?i:real-?iad[-_]mvn[-_]raw)", "(?i:real-?iad[-_]mvn(?!.*json).*)"),
        keys={
            "rgb": ("image_path", "rgb_path", "rgb", "image", "img_path"),
            "normal": ("nv_path", "ps_path", "normal_path", "normals_path", "nv", "ps", "normal"),
            "xyz": ("xyz_path", "xyz"),
            "mask": ("mask_path", "gt_path", "gt_mask_path", "mask", "gt"),
            "class": ("anomaly_class", "defect_class", "class", "label", "anomaly"),
            "view": ("view", "camera", "view_id", "camera_id"),
        },
        views=VIEWS,
    ),
)
