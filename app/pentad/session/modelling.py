"""Training, detecting and evaluating on the open project, as background jobs."""

import itertools
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from pathlib import Path

from pentad.core.prediction import Prediction
from pentad.core.problem import Problem
from pentad.core.sample import Sample
from pentad.evaluation.report import Evaluation
from pentad.io.datasets.geometry import PartGeometry
from pentad.io.datasets.reader import Options
from pentad.io.results import Existing
from pentad.sdk import Ticket, TrainingReport
from pentad.sdk.model import Value
from pentad.session.detection import DetectionReport, detect
from pentad.session.evaluating import evaluate_run
from pentad.session.jobs import Job
from pentad.session.project import Project
from pentad.session.results import ShownRun
from pentad.session.session import Session
from pentad.session.training import train, training_samples

NOTICES = 20


def start_training(
    session: Session, model_id: str, *, category: str | None = None, settings: Mapping[str, Value] | None = None
) -> Job[TrainingReport]:
    """Train a model on the project's parts, good or all as it wants; its folder then shows among the project's."""
    project = _project(session)
    model = session.models[model_id]
    samples = training_samples(project.samples, category, learns_from=model.info.learns_from)
    folder = project.model_folder(model_id, samples[0].category)
    options = project.store.options

    def work(ticket: Ticket) -> TrainingReport:
        ticket.report(0.0, "Loading the libraries")
        trainer, noticed = model.trainer(settings or {}), _noticed(session)
        return train(
            trainer,
            project.tree,
            samples,
            folder=folder,
            ticket=ticket,
            learns_from=model.info.learns_from,
            with_depth=model.info.learns_depth,
            geometry=_geometry(project, options) if model.info.wants_cameras else None,
            noticed=noticed,
        )

    return session.trainings.begin(f"Train {model.info.title} on {samples[0].category}", work)


def start_detection(session: Session, folder: Path, samples: Sequence[Sample] | None = None) -> Job[DetectionReport]:
    """Judge ``samples`` (None: all of the model's category), the one on screen first; heatmaps show as they come."""
    project = _project(session)
    models, deliver, results = session.models, session.jobs.deliver, session.results
    on_screen, options = session.current, project.store.options

    def arrived(run: ShownRun, prediction: Prediction) -> None:
        if results.run == run:
            results.add(prediction)

    def work(ticket: Ticket) -> DetectionReport:
        ticket.report(0.0, "Loading the model")
        model = models.of(folder)
        predictor = model.load(folder)
        category = predictor.made_by.trained_on
        chosen = samples if samples is not None else [s for s in project.samples if category in ("", s.category)]
        run = ShownRun(project.run_file(run_name(folder, predictor.made_by.made)), predictor.made_by)
        deliver(lambda: results.show(run, {}))
        report = detect(
            predictor,
            project.tree,
            sorted(chosen, key=lambda sample: sample != on_screen),
            out=run.file,
            ticket=ticket,
            existing=Existing.EXTEND,
            data={"path": str(project.folder.resolve())},
            geometry=_geometry(project, options) if model.info.wants_cameras else None,
            arrived=lambda prediction: deliver(lambda: arrived(run, prediction)),
            noticed=_noticed(session),
        )
        ticket.check()
        project.store.add_run_file(report.run)
        return report

    def done(report: DetectionReport) -> None:
        if session.project is project:
            session.show_run(report.run)

    return session.jobs.run(f"Detect with {folder.name}", work, lane="gpu", replaces="detect", then=done)


def start_evaluation(session: Session) -> Job[Evaluation]:
    """Measure the run on show against the data set's masks."""
    project, run = _project(session), session.results.run
    if run is None:
        raise Problem("There is nothing to evaluate yet", remedy="Run a detection first.")
    return session.jobs.run(
        f"Evaluate {run.file.stem}",
        lambda ticket: evaluate_run(run.file, project.tree, project.samples, ticket=ticket, noticed=_noticed(session)),
        lane="cpu",
        replaces="evaluate",
        then=partial(session.results.keep_evaluation, run),
    )


def run_name(folder: Path, made: str) -> str:
    """A run's file name: the model's folder and when it was trained, so that each training has one run."""
    return f"{folder.name}-{''.join(c for c in made[:19] if c.isalnum())}"


def _geometry(project: Project, options: Options) -> PartGeometry:
    return PartGeometry.of(project.tree, options, project.folder)


def _noticed(session: Session) -> Callable[[Problem], None]:
    """Brings Problems from a worker to the notices: the first ones, for a thousand bad files are one story."""
    heard = itertools.count()

    def noticed(problem: Problem) -> None:
        if next(heard) < NOTICES:
            session.jobs.deliver(lambda: session.noticed.emit(problem))

    return noticed


def _project(session: Session) -> Project:
    if session.project is None:
        raise Problem("No project is open", remedy="Open a project or a data set first.")
    return session.project
