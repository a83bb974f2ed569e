"""A conformance test that any plug-in's author can run: ``check_model(MODEL, settings=…, folder=tmp_path)``."""

import math
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from pathlib import Path

import numpy as np

from pentad.core.mesh import Mesh
from pentad.core.prediction import Prediction
from pentad.core.problem import Problem
from pentad.core.sample import Modality
from pentad.sdk.cancelled import Cancelled
from pentad.sdk.made_up_parts import BlockParts, block_request
from pentad.sdk.model import Model, Request, TrainingSet, Value, ViewPixels
from pentad.sdk.news import TrainingNews

_HEAVY = ("torch", "transformers", "PySide6", "cv2", "onnx", "safetensors")
_SIZES = ((96, 128), (128, 96), (61, 200), (128, 128), (150, 90))


class PatientTicket:
    """A ticket nobody takes back; it remembers what was reported, and told of a training."""

    def __init__(self) -> None:
        self.fractions: list[float] = []
        self.news: list[TrainingNews] = []

    def check(self) -> None:
        """Goes on."""

    def report(self, fraction: float, message: str = "") -> None:
        self.fractions.append(fraction)
        self.check()

    def hear(self, news: TrainingNews) -> None:
        self.news.append(news)


class ImpatientTicket(PatientTicket):
    """A ticket that is taken back after ``patience`` reports."""

    def __init__(self, patience: int) -> None:
        super().__init__()
        self._patience = patience

    def check(self) -> None:
        if len(self.fractions) > self._patience:
            raise Cancelled


class RandomParts:
    """Good views of made-up parts: smooth shapes under noise, the same at every reading."""

    category = "made_up"

    def __init__(self, views: int = 10, *, normals: bool = True) -> None:
        self._views, self._normals = views, normals

    def __len__(self) -> int:
        return self._views

    def __getitem__(self, index: int) -> ViewPixels:
        return made_up_view(f"view{index % 5}", seed=index, normals=self._normals)

    @property
    def parts(self) -> Sequence[range]:
        return [range(start, min(start + 5, len(self))) for start in range(0, len(self), 5)]

    def mesh_name(self, part: int) -> str | None:
        return None

    def mesh(self, part: int) -> Mesh | None:
        return None


def made_up_view(name: str, *, seed: int, normals: bool = True) -> ViewPixels:
    """One view of about a hundred pixels, its size depending on ``seed``."""
    random = np.random.default_rng(seed)
    height, width = _SIZES[seed % len(_SIZES)]
    y, x = np.mgrid[:height, :width] / 20.0
    wave = np.sin(x + seed) * np.cos(y)
    rgb = (128 + 80 * wave[..., None] + random.normal(0, 4, (height, width, 3))).clip(0, 255).astype(np.uint8)
    tilted = np.dstack([0.4 * np.cos(x + seed), 0.4 * np.sin(y), np.ones_like(x)])
    unit = (tilted / np.linalg.norm(tilted, axis=2, keepdims=True)).astype(np.float32)
    unit[:5, :5] = 0
    return ViewPixels(name, rgb, unit if normals else None, (height, width))


def check_model(model: Model, *, settings: Mapping[str, Value], folder: Path) -> None:
    """Put ``model`` through everything the app relies on; AssertionError in words at the first fault.

    ``settings`` make it small (a training of ten views is run three times); ``folder`` is empty and may be filled.
    """
    _check_info(model)
    _check_light(model)
    _check_settings(model)
    whole, resumed = folder / "whole", folder / "resumed"
    _check_training(model, settings, whole)
    _check_cancelling(model, settings, resumed)
    request = _request(model)
    prediction = _check_prediction(model, whole, request)
    again = model.load(resumed).predict(request, PatientTicket())
    _require(_same(prediction, again), "a training that was interrupted and resumed gives another model")
    _check_damage(model, whole, folder / "damaged")


def _parts(model: Model) -> TrainingSet:
    """Ten views such as the model learns from."""
    return BlockParts() if model.info.needs_geometry or model.info.learns_from == "all" else RandomParts()


def _request(model: Model) -> Request:
    """Two views such as the model judges."""
    if model.info.needs_geometry:
        return block_request("part", views=2, seed=100)
    return Request("part", tuple(made_up_view(f"view{index}", seed=100 + index) for index in range(2)))


def _check_info(model: Model) -> None:
    info = model.info
    _require(re.fullmatch(r"[a-z][a-z0-9_-]*", info.id) is not None, f"'{info.id}' is no id (a-z, 0-9, _, -)")
    _require(bool(info.title and info.summary), "title and summary say what the model is")
    _require(Modality.RGB in info.needs, "a model is given RGB at least, so it says that it needs it")
    keys = [setting.key for setting in info.settings]
    _require(len(keys) == len(set(keys)), "every setting has a key of its own")
    for setting in info.settings:
        _require(bool(setting.help), f"the setting '{setting.key}' explains itself")
        _require(not setting.choices or setting.default in setting.choices, f"'{setting.key}' has a default to choose")


def _check_light(model: Model) -> None:
    module = type(model).__module__
    code = f"import sys, {module}; print(*[name for name in {_HEAVY!r} if name in sys.modules])"
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    _require(found.returncode == 0, f"importing {module} fails: {found.stderr[-500:]}")
    _require(not found.stdout.split(), f"importing {module} also imports {found.stdout.strip()}; do that inside load")


def _check_settings(model: Model) -> None:
    _require(_is_problem(partial(model.trainer, {"no_such_setting": 1})), "an unknown setting is a Problem")
    for setting in model.info.settings:
        if setting.choices:
            attempt = partial(model.trainer, {setting.key: "none of them"})
            _require(_is_problem(attempt), f"a value of '{setting.key}' that is no choice is a Problem")


def _check_training(model: Model, settings: Mapping[str, Value], folder: Path) -> None:
    ticket = PatientTicket()
    trainer = model.trainer(settings)
    _require(trainer.longest_side > 0, "the trainer says how many pixels it wants")
    report = trainer.train(_parts(model), folder, ticket)
    _require(report.model == model.info.id, "the report names the model")
    _require(all(math.isfinite(loss) for loss in report.losses), "every loss is a finite number")
    told = ticket.fractions
    _require(len(told) > 3 and min(told) >= 0 and max(told) <= 1, "progress is reported, from 0 to 1")
    _require(told == sorted(told), "progress does not run backwards")
    _require((folder / "model.json").is_file(), "a trained model has a model.json")
    pickled = [path.name for path in folder.rglob("*") if path.suffix in (".pt", ".pth", ".pkl", ".pickle", ".bin")]
    _require(not pickled, f"a model's folder holds no pickle: {pickled}")


def _check_cancelling(model: Model, settings: Mapping[str, Value], folder: Path) -> None:
    for patience in (6, 17):
        try:
            model.trainer(settings).train(_parts(model), folder, ImpatientTicket(patience))
        except Cancelled:
            _require(_is_problem(partial(model.load, folder)), "a cancelled training leaves nothing that can be loaded")
    model.trainer(settings).train(_parts(model), folder, PatientTicket())


def _check_prediction(model: Model, folder: Path, request: Request) -> Prediction:
    predictor = model.load(folder)
    _require(predictor.longest_side > 0, "the predictor says how many pixels it wants")
    made_by = predictor.made_by
    _require(made_by.model == model.info.id, "the provenance names the model")
    _require(bool(made_by.backbone and made_by.made), "the provenance names the backbone and the time of training")
    prediction = predictor.predict(request, PatientTicket())
    _require(prediction.sample == request.sample, "the prediction names the sample")
    names = [view.view for view in request.views]
    _require(list(prediction.views) == names, "every view is judged, in order")
    for name, judged in prediction.views.items():
        heat = judged.heatmap
        _require(heat.values.ndim == 2 and heat.values.dtype == np.float32, f"{name}: a heatmap is (h, w) float32")
        _require(bool(np.isfinite(heat.values).all()), f"{name}: a heatmap is finite")
        _require(math.isfinite(judged.score), f"{name}: the score is finite")
        _require(heat.low < heat.high, f"{name}: the heatmap's scale is a range")
    _require(_same(prediction, predictor.predict(request, PatientTicket())), "the same input gives the same output")
    _require(_same(prediction, model.load(folder).predict(request, PatientTicket())), "loading again changes nothing")
    try:
        predictor.predict(request, ImpatientTicket(0))
    except Cancelled:
        return prediction
    raise AssertionError("predict does not stop when its ticket is taken back")


def _check_damage(model: Model, whole: Path, folder: Path) -> None:
    _require(_is_problem(partial(model.load, folder / "nowhere")), "a missing folder is a Problem")
    for path in sorted(file for file in whole.rglob("*") if file.is_file()):
        for damage in (_cut_in_half, _turn_a_bit, Path.unlink):
            shutil.copytree(whole, folder)
            damage(folder / path.relative_to(whole))
            _require(_is_problem(partial(model.load, folder)), f"{path.name} after {damage.__name__}: not a Problem")
            shutil.rmtree(folder)


def _cut_in_half(path: Path) -> None:
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


def _turn_a_bit(path: Path) -> None:
    data = bytearray(path.read_bytes())
    data[0] ^= 0x80
    path.write_bytes(bytes(data))


def _same(one: Prediction, other: Prediction) -> bool:
    return one.views.keys() == other.views.keys() and all(
        np.array_equal(view.heatmap.values, other.views[name].heatmap.values) and view.score == other.views[name].score
        for name, view in one.views.items()
    )


def _is_problem(attempt: Callable[[], object]) -> bool:
    try:
        attempt()
    except Problem as problem:
        return bool(problem.what and problem.remedy)
    return False


def _require(holds: bool, rule: str, /) -> None:
    if not holds:
        raise AssertionError(rule)
