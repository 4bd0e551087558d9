"""The models, by the name that a study gives them."""

from orchestrator.models import settings
from orchestrator.models.catalogue.records import ModelEntry
from orchestrator.models.shape import InputKind, OutputKind

FEATURES: tuple[InputKind, ...] = ("features",)
ONE_OUTPUT: tuple[OutputKind, ...] = ("class", "value")  # for an example, not for each of its steps

MODELS: dict[str, ModelEntry] = {
    "log_linear": ModelEntry(
        settings.LogLinear,
        "orchestrator.models.networks.log_linear:LogLinear",
        FEATURES,
        ONE_OUTPUT,
    ),
    "mlp": ModelEntry(settings.MLP, "orchestrator.models.networks.mlp:MLP", FEATURES, ONE_OUTPUT),
    "chain": ModelEntry(
        settings.Chain, "orchestrator.models.networks.chain:Chain", FEATURES, ONE_OUTPUT
    ),
    "convnet": ModelEntry(
        settings.ConvNet, "orchestrator.models.networks.convnet:ConvNet", ("image",), ONE_OUTPUT
    ),
    "window_tagger": ModelEntry(
        settings.WindowTagger,
        "orchestrator.models.networks.window_tagger:WindowTagger",
        takes=("words",),
        gives=("tags",),
    ),
    "recurrent": ModelEntry(
        settings.Recurrent,
        "orchestrator.models.networks.recurrent:Recurrent",
        takes=("sequence", "words"),
        gives=("class", "tags", "value", "words"),
    ),
}
