"""``pentad train``, ``detect`` and ``evaluate``: the models, without the window."""

import argparse
import fnmatch
from collections.abc import Mapping, Sequence
from pathlib import Path

from pentad.cli.console import Answer, Console
from pentad.cli.outputs import as_words, refuse_existing
from pentad.cli.sources import Source, open_source
from pentad.core.problem import Problem
from pentad.core.sample import Sample, Split
from pentad.evaluation.report import Evaluation
from pentad.io.results import Existing, RunFile
from pentad.sdk import Ticket, TrainingReport
from pentad.sdk.folders import data_folder
from pentad.sdk.model import Value
from pentad.session.detection import DetectionReport, detect
from pentad.session.evaluating import evaluate_folders, evaluate_run
from pentad.session.models import Models
from pentad.session.training import train, training_samples


def train_model(arguments: argparse.Namespace, console: Console) -> Answer:
    """Train one model on one category's training parts, good ones or all as the model wants."""
    model = Models.installed()[arguments.model]
    refuse_existing(arguments.out / "model.json", force=arguments.force)
    settings = parse_settings(arguments.settings)
    problems: list[Problem] = []

    def work(ticket: Ticket) -> TrainingReport:
        trainer = model.trainer(settings)
        source = open_source(arguments, ticket)
        samples = training_samples(source.samples, arguments.category, learns_from=model.info.learns_from)
        return train(
            trainer,
            source.tree,
            samples,
            folder=arguments.out,
            ticket=ticket,
            learns_from=model.info.learns_from,
            with_depth=model.info.learns_depth,
            geometry=source.geometry() if model.info.wants_cameras else None,
            noticed=problems.append,
        )

    report = console.run(f"Train {model.info.id}", work, lane="gpu")
    return {
        "model": report.model,
        "backbone": report.backbone,
        "epochs": report.epochs,
        "final_loss": report.final_loss,
        "seconds": report.seconds,
        "parameters": report.parameters,
        "problems": warned(console, problems),
    }


def detect_run(arguments: argparse.Namespace, console: Console) -> Answer:
    """Judge the samples asked for (the test split, if nothing is said) into one run file."""
    refuse_existing(arguments.out, force=arguments.force)
    problems: list[Problem] = []

    def work(ticket: Ticket) -> DetectionReport:
        folder = find_folder(arguments.model)
        model = Models.installed().of(folder)
        predictor = model.load(folder)
        source = open_source(arguments, ticket)
        chosen = choose_samples(
            source.samples, predictor.made_by.trained_on, patterns=arguments.samples, split=arguments.split
        )
        return detect(
            predictor,
            source.tree,
            chosen,
            out=arguments.out,
            ticket=ticket,
            existing=Existing.REPLACE if arguments.force else Existing.REFUSE,
            data=source.about,
            geometry=source.geometry() if model.info.wants_cameras else None,
            noticed=problems.append,
        )

    report = console.run("Detect", work, lane="gpu")
    return {
        "run": report.run,
        "images": report.images,
        "samples": report.samples,
        "skipped": report.skipped,
        "seconds": report.seconds,
        "images_per_second": report.images_per_second,
        "problems": warned(console, problems),
    }


def evaluate(arguments: argparse.Namespace, console: Console) -> Answer:
    """Measure a run, or a folder of maps, against the masks."""
    if (arguments.run is None) == (arguments.maps is None):
        raise Problem("There is nothing to evaluate", remedy="Name a run file, or --maps DIR with --masks DIR.")
    if arguments.maps is not None:
        if arguments.masks is None:
            raise Problem("The masks are missing", remedy="Name their folder with --masks.")
        found = console.run("Evaluate", lambda ticket: evaluate_folders(arguments.maps, arguments.masks, ticket=ticket))
        return found.summary()

    problems: list[Problem] = []

    def work(ticket: Ticket) -> Evaluation:
        with RunFile.open(arguments.run) as run:
            about = run.data
        source = Source.again(about, ticket, moved_to=arguments.data)
        return evaluate_run(
            arguments.run,
            source.tree,
            source.samples,
            ticket=ticket,
            grid=_grid(arguments.grid),
            only=arguments.anomaly,
            noticed=problems.append,
        )

    found = console.run("Evaluate", work)
    return {**found.summary(), "problems": warned(console, problems)}


def choose_samples(
    samples: Sequence[Sample], category: str, *, patterns: Sequence[str] | None, split: str
) -> list[Sample]:
    """Those of the model's ``category`` in ``split``, or what ``patterns`` name; Problem where nothing is left."""
    if patterns:
        chosen = [s for s in samples if any(fnmatch.fnmatchcase(s.id, pattern) for pattern in patterns)]
        wanted = ", ".join(patterns)
    else:
        inside = [s for s in samples if s.category == category] if category else list(samples)
        chosen = [s for s in inside if split == "all" or s.split is Split(split)]
        wanted = f"{category or 'any category'}, split {split}"
    if not chosen:
        known = ", ".join(sorted({f"{s.category} ({s.split})" for s in samples})) or "none"
        raise Problem(f"No sample fits {wanted}", remedy=f"There are samples of: {known}.")
    return chosen


def parse_settings(pairs: Sequence[str]) -> Mapping[str, Value]:
    """``key=value`` words as settings; the model knows which of them are numbers."""
    settings: dict[str, Value] = {}
    for pair in pairs:
        key, equals, value = pair.partition("=")
        if not equals or not key:
            raise Problem(f"'{pair}' is not a setting", remedy="Write --set key=value.")
        settings[key] = value
    return settings


def warned(console: Console, problems: Sequence[Problem]) -> list[dict[str, str]]:
    """What went wrong and did not end the work: said on stderr, and given for the answer."""
    for problem in problems:
        console.warn(problem)
    return [as_words(problem) for problem in problems]


def find_folder(name: str) -> Path:
    """The folder of a trained model: a path, or a name among the models of this computer."""
    kept = data_folder() / "models" / name
    return kept if not Path(name).exists() and kept.is_dir() else Path(name)


def _grid(text: str) -> int | None:
    """Pixels of the evaluation grid; None for each mask's own size."""
    if text == "native":
        return None
    if not text.isdecimal() or not 16 <= int(text) <= 8192:
        raise Problem(f"'{text}' is no grid", remedy="Say native, or a number from 16 to 8192.")
    return int(text)
