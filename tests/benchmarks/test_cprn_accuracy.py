"""How well the models find simulated defects: CPRN, its RGB-only ablation and PatchCore, on parts nobody tuned for.

PENTAD_PARTS=60 PENTAD_SEED=31 makes the table of the README (about half an hour on two cores); without them a few small
parts run through the same steps, which says nothing of accuracy.
"""

import os
from pathlib import Path

import pytest

from pentad.core.problem import Problem
from pentad.gantry.recipe import Recipe
from pentad.gantry.writer import write_dataset
from pentad.io.tree import open_tree
from pentad.sdk import Value
from pentad.sdk.testing import PatientTicket
from pentad.session.detection import detect
from pentad.session.evaluating import evaluate_run
from pentad.session.models import Models
from pentad.session.training import train, training_samples
from pentad_models.backbones.vit import load_backbone

GEOMETRIC = ("bent_pin", "missing_pin", "dent", "scratch")
ROWS: tuple[tuple[str, str, dict[str, Value]], ...] = (
    ("CPRN", "cprn", {}),
    ("CPRN, RGB only", "cprn", {"streams": "rgb"}),
    ("PatchCore", "patchcore", {}),
)


@pytest.mark.benchmark
def test_the_table_of_simulated_defects(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    try:
        load_backbone("imgfocus-vits14")
    except Problem as problem:
        pytest.skip(f"{problem} ({problem.remedy})")
    parts, seed = int(os.environ.get("PENTAD_PARTS", "0")), int(os.environ.get("PENTAD_SEED", "0"))
    recipe = Recipe("pin_connector", parts, parts // 5, parts * 2 // 5) if parts else Recipe("pin_connector", 3, 1, 6)
    quick: dict[str, Value] = {} if parts else {"input": 140}
    ticket = PatientTicket()
    samples = write_dataset(tmp_path, [recipe], seed=seed, size=768 if parts else 192, ticket=ticket)
    tree, test = open_tree(tmp_path), [sample for sample in samples if sample.split == "test"]
    with capsys.disabled():
        print(f"\n{recipe}, seed {seed}; image AUROC / P-AUROC / P-AUPRO over geometric defects | over all | per part")
        for number, (title, id, settings) in enumerate(ROWS):
            folder, run = tmp_path / f"model{number}", tmp_path / f"run{number}.h5"
            trainer = Models.installed()[id].trainer({**quick, **settings})
            learnt = train(trainer, tree, training_samples(samples, None), folder=folder, ticket=ticket)
            detect(Models.installed().load(folder), tree, test, out=run, ticket=ticket)
            geometric = evaluate_run(run, tree, test, ticket=ticket, only=GEOMETRIC).overall
            found = evaluate_run(run, tree, test, ticket=ticket)
            numbers = [
                f"{scores.i_auroc:.3f} / {scores.p_auroc:.3f} / {scores.p_aupro:.3f}"
                for scores in (geometric, found.overall)
                if scores.p_auroc is not None
            ]
            print(f"{title:15s} {' | '.join(numbers)} | {found.per_sample.i_auroc:.3f}  ({learnt.seconds:.0f} s)")
            assert len(numbers) == 2
