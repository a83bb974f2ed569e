"""Looking into the model whose heatmaps are on show: what it saw of the sample on screen."""

from collections.abc import Mapping
from functools import partial

from pentad.core.problem import Problem
from pentad.core.sample import Sample
from pentad.io.datasets.geometry import PartGeometry
from pentad.io.view_pixels import load_request
from pentad.sdk import Explainer, Insight, Ticket
from pentad.session.jobs import Job
from pentad.session.modelling import run_name
from pentad.session.models import Models
from pentad.session.project import Project
from pentad.session.results import ShownRun
from pentad.session.session import Session

Insights = Mapping[str, Insight]
"""By view."""


def start_explaining(session: Session) -> Job[Insights] | None:
    """Have the model of the run on show tell what it saw; None where no run or no sample is on show."""
    project, sample, run = session.project, session.current, session.results.run
    if project is None or sample is None or run is None:
        return None
    work = partial(_explained, session.models, project, sample, run)
    return session.jobs.run(f"Look into {run.made_by.model}", work, lane="gpu", replaces="explain")


def _explained(models: Models, project: Project, sample: Sample, run: ShownRun, ticket: Ticket) -> Insights:
    ticket.report(0.0, "Loading the model")
    for folder in project.models:
        if not run.file.stem.startswith(f"{folder.name}-"):
            continue
        predictor = models.load(folder)
        if run_name(folder, predictor.made_by.made) != run.file.stem:
            continue
        if not isinstance(predictor, Explainer):
            raise Problem(
                f"{run.made_by.model} has no inner maps to show",
                remedy="Show a run of a model that has, such as MMPDN.",
            )
        geometry = PartGeometry.of(project.tree, project.store.options, project.folder)
        request, _ = load_request(project.tree, sample, predictor.longest_side, geometry=geometry)
        return predictor.explain(request, ticket)
    raise Problem(
        "The model of the run on show is not in this project any more", remedy="Train it again, or detect with another."
    )
