"""Which models are installed, found through the entry points ``pentad.models``."""

from pathlib import Path

from pentad.sdk import Model, Predictor
from pentad.sdk.model_folder import model_id
from pentad.session.installed import Installed


class Models(Installed[Model]):
    """The models that can be trained and loaded, by id."""

    group = "pentad.models"
    word = "model"

    def load(self, folder: Path) -> Predictor:
        """The trained model in ``folder``, through the plug-in its model.json names."""
        return self.of(folder).load(folder)

    def of(self, folder: Path) -> Model:
        """The plug-in that trained the model in ``folder``."""
        return self[model_id(folder)]
