"""A trial's id changes with whatever can change its result, and with nothing else."""

import hashlib
import json
import random
import re
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orchestrator.errors import InputError
from orchestrator.plan.identity import Fingerprints, fingerprints, identify, used_by
from orchestrator.study.load import Overrides, load_study
from orchestrator.study.parsing.messages import plain
from tests.plan.studies import PRINTS, SMALL, ids, plan, study

SPELLINGS = {  # of the same value, in a file
    "learning_rate: 0.1": ["learning_rate: 1e-1", "learning_rate: .10", "learning_rate: 1.0E-1"],
    "epochs: 3": ["epochs: 0x3", "epochs: 0o3", "epochs: +3"],
    "[0.5, 1, 2]": ["[5.0e-1, 1.0, 2.]", "[.5, 1, 0x2]"],
    "epochs: 3,": ["epochs: 3, loss: cross_entropy,", "epochs: 3, loss: null,"],
    "depth: 2,": ["depth: 2, width: 30,", "depth: 2, bias: true,"],
    "digits}": ["digits, train_examples: 1197}"],
    "replicates: 10": ["replicates: 10\nseed: 0\nprobes: light", "replicates: 10\nquestion: Why?"],
    "scheme: normal": [
        "scheme: normal, bias: 0",
        "scheme: normal, bias: null",
        "'scheme': \"normal\"",
    ],
}

IDLE = {  # of SMALL: sgd without a schedule
    *(f"training.{name}" for name in ("beta1", "beta2", "decay_biases")),
    *(f"training.schedule.{name}" for name in ("end_factor", "every_epochs", "factor", "patience",
                                               "rise")),
    "probes.step",
}  # fmt: skip


def test_an_id_is_the_hash_of_canonical_json() -> None:
    """Written out once more, without the shortcuts that make 100,000 of them fast."""
    made = plan()
    trial = made.trials[47]
    code = PRINTS.code["mlp", "digits"]
    digest = hashlib.sha256(json.dumps(code, separators=(",", ":"), sort_keys=True).encode())
    said = {
        "settings": {p: v for p, v in trial.variant.settings.flat.items() if p not in IDLE},
        "replicate": trial.replicate,
        "seed": 0,
        "data": "cc",
        "code": digest.hexdigest()[:16],
        "schema_version": 2,
    }
    text = json.dumps(said, separators=(",", ":"), sort_keys=True)
    assert trial.trial_id == hashlib.sha256(text.encode()).hexdigest()[:16]
    assert made.packs[0].code_digest == digest.hexdigest()[:16]


def test_every_trial_has_its_own_id() -> None:
    found = ids(plan())
    assert len(set(found)) == len(found) == 90
    assert all(re.fullmatch("[0-9a-f]{16}", trial_id) for trial_id in found)


@given(st.randoms(use_true_random=False))
@pytest.mark.slow
def test_spelling_order_and_defaults_do_not_count(chance: random.Random) -> None:
    text = SMALL
    for spelling, others in SPELLINGS.items():
        text = text.replace(spelling, chance.choice([spelling, *others]))
    assert ids(plan(study(_shuffled(text, chance)))) == ids(plan())


def _shuffled(text: str, chance: random.Random) -> str:
    """The same keys in another order; factors stay, since their order is the variants' order."""
    entries = re.split(r"(?m)^(?=\w)", text)
    chance.shuffle(entries)
    return "".join(entries)


def test_the_order_of_factors_and_levels_does_not_count() -> None:
    lines = SMALL.splitlines(True)
    lines[5], lines[6] = lines[6], lines[5].replace("sigmoid, tanh, relu", "relu, sigmoid, tanh")
    assert sorted(ids(plan(study("".join(lines))))) == sorted(ids(plan()))


def test_whether_a_setting_is_fixed_or_a_factor_does_not_count() -> None:
    fixed = study(
        SMALL.replace("  model.activation: [sigmoid, tanh, relu]\n", ""), "model.activation=relu"
    )
    assert set(ids(plan(fixed))) < set(ids(plan()))


@pytest.mark.parametrize(
    "change",
    [
        "training.epochs=4",
        "training.learning_rate=0.2",
        "training.optimizer=adam",
        "training.batch_size=full",
        "training.clip_norm=1",
        "model.width=31",
        "model.depth=3",
        "model.init.scheme=he",
        "model.init.bias=1",
        "task.name=mnist_5k",
        "task.train_examples=1000",
        "probes.every_epochs=1",
        "probes.examples=0",
        "seed=1",
    ],
)
def test_every_setting_and_the_seed_count(change: str) -> None:
    prints = replace(
        PRINTS,
        code={**PRINTS.code, ("mlp", "mnist_5k"): PRINTS.code["mlp", "digits"]},
        data={"digits": "cc", "mnist_5k": "cc"},
    )
    changed = plan(study(SMALL, change), prints=prints)
    assert not set(ids(changed)) & set(ids(plan()))


SHIPPED = sorted(path.stem for path in (Path(__file__).parents[2] / "studies").glob("*.yaml"))


@pytest.mark.parametrize("name", SHIPPED)
def test_trials_of_a_part_of_a_study_are_trials_of_the_study(name: str) -> None:
    """Also where the part needs a fixed setting no longer, as its variants have no use for it."""
    whole = load_study(name)
    used = {used_by(variant.settings) for variant in whole.variants}
    prints = Fingerprints({each: {"orchestrator.training.engine": "bb"} for each in used}, {})
    of_whole = {trial.trial_id for trial in identify(whole, prints)}
    for path, levels in whole.factors.items():
        for level in levels:
            with suppress(InputError):  # for want of a level of the baseline
                part = load_study(name, Overrides(only=(f"{path}={plain(level)}",)))
                assert {trial.trial_id for trial in identify(part, prints)} <= of_whole


@pytest.mark.parametrize(
    "prints",
    [
        Fingerprints(PRINTS.code, {"digits": "dd"}),
        Fingerprints(PRINTS.code, PRINTS.data, schema_version=3),
        Fingerprints({("mlp", "digits"): {"orchestrator.models.networks.mlp": "ab"}}, PRINTS.data),
    ],
    ids=["data", "schema", "code"],
)
def test_data_code_and_schema_count(prints: Fingerprints) -> None:
    assert not set(ids(plan(prints=prints))) & set(ids(plan()))


@pytest.mark.parametrize(
    "text",
    [
        SMALL.replace("study: small", "study: another\nquestion: Why?"),
        SMALL + "compare: {metric: test/loss}\n",
        SMALL + "resources: {cpus: 2}\n",
        SMALL + "resources: {workers: 2}\n",
    ],
)
def test_what_only_the_reader_sees_does_not_count(text: str) -> None:
    """A trial of one study is done for another one too."""
    assert ids(plan(study(text))) == ids(plan())


def test_more_replicates_leave_the_others_alone() -> None:
    more = plan(study(replicates=12))
    assert set(ids(plan())) < set(ids(more))


@pytest.mark.slow
def test_the_real_fingerprints_hold_still() -> None:
    loaded = load_study("vanishing_gradient")
    assert fingerprints(loaded) == fingerprints(loaded)
    assert set(fingerprints(loaded).data) == {"digits"}
