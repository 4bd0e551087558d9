"""Words that papers and other tools use, and the settings and values that they mean here."""

from collections.abc import Iterable, Iterator, Mapping

# Paths, the likelier first → other words, in lower case and without _ and -.
_SETTINGS: Mapping[str, str] = {
    "training.learning_rate": "lr learningrate stepsize eta lr0 initiallr baselr",
    "training.batch_size": "batch batchsize bs minibatch minibatchsize trainbatchsize",
    "training.epochs": "epoch nepochs numepochs maxepochs trainepochs numtrainepochs iterations",
    "training.optimizer": "optim opt optimiser solver",
    "training.weight_decay": "wd l2 l2reg decay weightdecayrate",
    "training.momentum": "mom mu",
    "training.schedule": "scheduler lrscheduler lrschedule learningrateschedule lrdecay",
    "training.early_stopping": "earlystop earlystoppingpatience patience",
    "training.clip_norm": "gradclip gradclipnorm clip maxgradnorm gradientclipval clipgradnorm "
    "clipping gradientclipping maxnorm",
    "training.evaluate_every": "evalevery logevery evalinterval valinterval evaluateeveryepochs",
    "training.loss": "criterion lossfn lossfunction objective",
    "training.label_smoothing": "labelsmoothingfactor smoothing",
    "training.schedule.warmup_epochs": "warmup warmupsteps numwarmupsteps warmupratio",
    "task.augment": "augmentation augmentations transform transforms",
    "model.activation": "act activationfn activationfunction nonlinearity transferfunction",
    "model.depth model.layers": "nlayers numlayers numhiddenlayers nhiddenlayers layercount "
    "hiddenlayers layers depth",
    "model.width model.hidden": "hiddensize hiddendim hiddenunits nhidden numunits nunits units "
    "dmodel layersize hiddenlayersizes hiddenwidth nneurons neurons hidden width",
    "model.embedding": "emb embeddim embdim embeddingdim embeddingsize embedsize",
    "model.dropout": "drop dropoutrate dropoutp pdrop dropoutprob",
    "model.cell": "celltype rnntype rnncell",
    "model.bidirectional": "bidir bi birnn",
    "model.init.scale": "initscale gain initstd std initializerrange",
    "model.init.scheme": "initializer weightinit kernelinitializer initialization",
    "task": "data dataset benchmark",
    "model": "net network architecture arch",
    "training": "train trainer optimization hyperparameters hparams",
    "factors": "grid sweep searchspace paramgrid parameters conditions vary",
    "replicates": "seeds nseeds numseeds nruns runs repeats nrepeats repetitions nreplicates "
    "replications replicate",
    "seed": "randomseed randomstate rngseed",
    "study": "name title experiment studyname experimentname",
    "question": "description hypothesis",
    "compare.metric": "metric metrics",
    "compare.baseline": "baseline control reference",
    "resources.workers": "numworkers nworkers",
    "resources.gpus": "gpu device cuda numgpus ngpus",
    "resources.cpus": "cpu numcpus ncpus threads njobs",
    "tune.points": "ntrials numsamples nsamples",
}
_VALUES: Mapping[str, Mapping[str, str]] = {  # setting → value that is meant → other words
    "model.name": {
        "convnet": "cnn conv lenet convolutional",
        "mlp": "dense fc fcnn feedforward ffn dnn nn multilayerperceptron",
        "log_linear": "linear logistic logisticregression softmax softmaxregression perceptron",
    },
    "model.activation": {"identity": "linear none", "sigmoid": "logistic expit"},
    "training.loss": {
        "squared_error": "mse l2 mseloss meansquarederror",
        "cross_entropy": "ce nll crossentropyloss categoricalcrossentropy softmaxcrossentropy",
        "sigmoid_cross_entropy": "bcewithlogits bcewithlogitsloss",
        "binary_cross_entropy": "bce bceloss",
    },
    "training.schedule.kind": {
        "cosine": "cosineannealing cosineannealinglr cosinedecay",
        "linear": "linearlr lineardecay polynomial",
        "one_cycle": "onecyclelr 1cycle",
        "plateau": "reducelronplateau",
        "step": "steplr multistep multisteplr",
        "constant": "none constantlr",
    },
    "design": {
        "factorial": "grid full fullfactorial crossed",
        "one_at_a_time": "ofat ablation oat",
        "paired": "zip zipped",
    },
}
_CELLS = ("rnn", "lstm", "gru")


def meant(key: str) -> tuple[str, ...]:
    """Paths of the settings that a word of the field may mean: lr → training.learning_rate."""
    word = _plain(key)
    return tuple(path for paths, words in _SETTINGS.items() if word in words.split()
                 for path in paths.split())  # fmt: skip


def meant_among(key: str, siblings: Iterable[str], group: str = "") -> str | None:
    """The one of these keys of a group that the word means."""
    prefix = f"{group}." if group else ""
    return next((name for name in siblings if f"{prefix}{name}" in meant(key)), None)


def value_meant(value: str, path: str) -> str:
    """What to write in place of a value in other words; empty if none is known."""
    word = _plain(value)
    if path == "model.name" and word.removeprefix("bi") in _CELLS:
        two_ways = ", bidirectional: true" * word.startswith("bi")
        return f"write name: recurrent, cell: {word.removeprefix('bi')}{two_ways}"
    return next((f"did you mean {ours!r}?" for ours in _ours(word, path)), "")


def _ours(word: str, path: str) -> Iterator[str]:
    known = _VALUES.get(path, {})
    return (ours for ours, words in known.items() if word in words.split())


def _plain(word: str) -> str:
    return word.lower().replace("_", "").replace("-", "").replace(" ", "")
