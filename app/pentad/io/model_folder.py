"""A trained model's folder: which plug-in made it, read without loading it."""

import json
from pathlib import Path

from pentad.core.problem import Problem

MODEL_FILE = "model.json"


def model_id(folder: Path) -> str:
    """The id of the plug-in that left a model in ``folder``; Problem where there is none."""
    file = folder / MODEL_FILE
    remedy = "Name a folder that `pentad train` made."
    try:
        content = json.loads(file.read_text("utf-8"))
    except FileNotFoundError:
        raise Problem(f"There is no trained model in {folder}", f"{MODEL_FILE} is missing", remedy=remedy) from None
    except (OSError, ValueError) as error:
        raise Problem(f"{file} cannot be read", str(error), remedy=remedy) from error
    id = content.get("model") if isinstance(content, dict) else None
    if not isinstance(id, str):
        raise Problem(f"{file} does not say which model it is", remedy=remedy)
    return id
