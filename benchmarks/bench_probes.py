"""What probes cost: the share of a training that they take, with `probes: light` and `full`.

Of each study its most expensive pack and its cheapest one, at the study's own schedule, but at most
five epochs of recurrent networks: with fewer epochs between probes their share comes out larger,
not smaller. One member of packs that train one after another, ten of the others. Probes are timed
inside the training that they belong to, in CPU seconds of one thread: a busy machine changes such a
ratio little. Prints seconds of probes in per cent of the seconds of all the rest.
"""

import json
from dataclasses import replace
from time import process_time
from typing import Any
from unittest.mock import patch

from orchestrator.plan.make_plan import make_plan
from orchestrator.plan.records import Pack
from orchestrator.study.load import load_study
from orchestrator.training.engine import train
from orchestrator.training.probes.schedule import ProbeSchedule

STUDIES = ("vanishing_gradient", "convnet_activations", "recurrent_memory", "bidirectional_tagging")
MOST_MEMBERS = {"vanishing_gradient": 10}  # of a pack; else 1
MOST_EPOCHS = {"recurrent_memory": 5, "bidirectional_tagging": 5}
PRESETS = ("light", "full")


def packs(name: str) -> tuple[Pack, ...]:
    """The most expensive pack and the cheapest one."""
    found = make_plan(load_study(name), {}, workers=1).packs
    most = MOST_MEMBERS.get(name, 1)
    return tuple(replace(pack, trials=pack.trials[:most]) for pack in (found[0], found[-1]))


def with_settings(pack: Pack, preset: str, most_epochs: int | None) -> Pack:
    """The pack with these probes, and cut short."""
    trials = []
    for trial in pack.trials:
        settings = trial.variant.loop
        probes = settings.probes.model_copy(update={"quantities": preset})
        epochs = min(settings.training.epochs, most_epochs or settings.training.epochs)
        training = settings.training.model_copy(update={"epochs": epochs})
        changed = replace(settings, probes=probes, training=training)
        trials.append(replace(trial, variant=replace(trial.variant, settings=changed)))
    return replace(pack, trials=tuple(trials))


def seconds(pack: Pack) -> tuple[float, float]:
    """CPU seconds of the whole training, and of its probes."""
    spent = []
    after_epoch = ProbeSchedule.after_epoch

    def timed(*arguments: Any) -> None:
        started = process_time()
        after_epoch(*arguments)
        spent.append(process_time() - started)

    started = process_time()
    with patch.object(ProbeSchedule, "after_epoch", timed):
        train(pack)
    return process_time() - started, sum(spent)


def measure(name: str) -> dict[str, float | str]:
    row: dict[str, float | str] = {"study": name}
    for preset in PRESETS:
        most = MOST_EPOCHS.get(name)
        times = [seconds(with_settings(pack, preset, most)) for pack in packs(name)]
        rest = sum(total - probes for total, probes in times)
        row["training_s"] = round(rest, 2)
        row[f"{preset}_percent"] = round(100 * sum(probes for _, probes in times) / rest, 1)
    return row


def main() -> None:
    train(packs(STUDIES[0])[1])  # warm up
    print(
        json.dumps({"benchmark": "probes", "rows": [measure(name) for name in STUDIES]}, indent=1)
    )


if __name__ == "__main__":
    main()
