"""Real-IAD D3: one view a part with photo, pseudo-3D normals and a point cloud, categories often left in their zips."""

from pentad.io.datasets.listed import ListedReader, Scheme

READER = ListedReader(
    "realiad_d3",
    "Real-IAD D3",
    Scheme(
        lists="realiad_d3_jsons",
        images=("realiad_d3_raw", "realiad_d3_.*(?<!jsons)"),
        keys={
            "rgb": ("image_path",),
            "normal": ("ps_path",),
            "xyz": ("xyz_path",),
            "mask": ("mask_path",),
            "class": ("anomaly_class",),
        },
    ),
)
