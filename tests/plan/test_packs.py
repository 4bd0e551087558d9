"""Every trial is in exactly one pack, with trials of its own structure only."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orchestrator.plan.cost import trial_cost
from orchestrator.plan.document import plan_document
from orchestrator.plan.duration import Speeds, Timing, pack_work
from orchestrator.plan.identity import Fingerprints
from orchestrator.plan.pack_size import LARGEST, SMALLEST
from orchestrator.plan.records import Pack, Plan
from orchestrator.plan.stackable import is_stackable
from orchestrator.study.load import load_study
from orchestrator.study.parsing.overrides import Overrides
from tests.plan.studies import SMALL, ids, plan, study

FACTORS: dict[str, list[object]] = {
    "model.activation": ["sigmoid", "tanh", "relu"],
    "model.depth": [1, 2, 3],
    "model.init.scale": [0.5, 1, 2],
    "model.init.scheme": ["he", "normal"],
    "training.learning_rate": [0.1, 0.2],
    "training.momentum": [0.0, 0.9],
    "training.clip_norm": [None, 1.0],
    "training.optimizer": ["sgd", "rmsprop"],  # both have a momentum
    "task.train_examples": [100, 200],
}


def packed(of: Plan) -> list[str]:
    return [trial.trial_id for pack in of.packs for trial in pack.trials]


def rigid(pack: Pack) -> set[tuple[tuple[str, object], ...]]:
    """Settings in which members of a pack must agree."""
    flats = [trial.variant.settings.flat for trial in pack.trials]
    return {tuple((p, v) for p, v in flat.items() if not is_stackable(p)) for flat in flats}


@st.composite
def plans(draw: st.DrawFn) -> Plan:
    chosen = draw(st.lists(st.sampled_from(list(FACTORS)), min_size=1, max_size=4, unique=True))
    factors = {path: FACTORS[path][: draw(st.integers(1, 3))] for path in chosen}
    head = SMALL.partition("factors:")[0]
    lines = [f"  {path}: {_yaml(levels)}\n" for path, levels in factors.items()]
    replicates = draw(st.integers(1, 12))
    made = study(f"{head}factors:\n{''.join(lines)}replicates: {replicates}\n")
    known = ids(plan(made))
    statuses = draw(st.lists(st.sampled_from(["completed", "diverged", "failed"]), max_size=20))
    results = dict(zip(draw(st.permutations(known)), statuses, strict=False))
    return plan(made, results, draw(st.integers(1, 64)))


def _yaml(levels: list[object]) -> str:
    return "[" + ", ".join("null" if level is None else str(level) for level in levels) + "]"


@given(plans())
def test_every_trial_to_do_is_in_exactly_one_pack(made: Plan) -> None:
    todo = [trial_id for trial_id, state in made.states.items() if state != "done"]
    assert sorted(packed(made)) == sorted(todo)
    for pack in made.packs:
        assert 1 <= len(pack.trials) <= LARGEST
        assert len(rigid(pack)) == 1
    assert len({pack.pack_id for pack in made.packs}) == len(made.packs)


@given(plans())
@pytest.mark.slow
def test_the_same_study_gives_the_same_packs(made: Plan) -> None:
    again = plan(made.study, dict.fromkeys(_done(made), "completed"), workers=3)
    third = plan(made.study, dict.fromkeys(_done(made), "diverged"), workers=3)
    assert [pack.pack_id for pack in again.packs] == [pack.pack_id for pack in third.packs]


def _done(made: Plan) -> list[str]:
    return [trial_id for trial_id, state in made.states.items() if state == "done"]


def test_the_study_of_the_lecture_makes_packs_of_thirty() -> None:
    """16 structures (activation × depth) of 3 scales × 10 replicates, the deepest first."""
    made = plan(load_study("vanishing_gradient"))
    assert [len(pack.trials) for pack in made.packs] == [30] * 16
    depths = [pack.trials[0].variant.levels["model.depth"] for pack in made.packs]
    assert depths == [8] * 4 + [4] * 4 + [2] * 4 + [1] * 4


def test_packs_are_no_larger_than_needed_to_keep_workers_busy() -> None:
    text = SMALL.replace("[sigmoid, tanh, relu]", "[tanh]")  # one structure
    many = study(text, replicates=100)  # 300 trials
    assert {len(pack.trials) for pack in plan(many, workers=2).packs} == {37, 38}
    assert {len(pack.trials) for pack in plan(many, workers=4).packs} == {18, 19}
    assert {len(pack.trials) for pack in plan(many, workers=15).packs} == {15, 16}
    assert {len(pack.trials) for pack in plan(many, workers=30).packs} == {10}
    assert all(len(pack.trials) <= SMALLEST for pack in plan(many, workers=99).packs)
    assert {len(pack.trials) for pack in plan(many, workers=1).packs} == {60}
    assert len(plan(study(text, replicates=2), workers=1).packs) == 1


UNEVEN = SMALL.replace("model.init.scale: [0.5, 1, 2]", "model.depth: [1, 2, 31]")
"""A trial of the deepest costs 16 times one of the shallowest."""


def cost(pack: Pack) -> int:
    return sum(trial_cost(trial.variant.settings.flat) for trial in pack.trials)


@pytest.mark.parametrize("workers", [10, 1000])
def test_packs_of_expensive_trials_are_smaller(workers: int) -> None:
    """Of many workers, most would wait for the packs of the largest models."""
    made = plan(study(UNEVEN, replicates=100), workers=workers)
    mean = sum(map(cost, made.packs)) / len(packed(made))
    limit = max(SMALLEST * mean, sum(map(cost, made.packs)) / (4 * workers))
    for pack in made.packs:
        one = cost(pack) / len(pack.trials)
        assert cost(pack) < limit + one or len(pack.trials) == 1
    sizes = {p.trials[0].variant.levels["model.depth"]: len(p.trials) for p in made.packs}
    assert sizes[31] < sizes[1]


def test_small_studies_are_not_split_for_their_cost() -> None:
    """Of few trials, side by side takes hardly longer than one alone."""
    made = plan(study(UNEVEN, replicates=2), workers=8)
    assert [len(pack.trials) for pack in made.packs] == [2] * 9


def timed(of: Plan, wall_s: float) -> Speeds:
    """As if each of its packs had been trained, a trial in so many seconds."""
    timings = [Timing(pack_work(p, "cpu"), len(p.trials), wall_s * len(p.trials)) for p in of.packs]
    return Speeds(lambda: timings, "cpu")


def test_packs_known_to_take_long_are_split() -> None:
    """15 members for 15 minutes become 10 for 10; what is not known is as it was."""
    first = plan(workers=1)
    assert [len(pack.trials) for pack in first.packs] == [15] * 6
    some = study(SMALL.replace("[sigmoid, tanh, relu]", "[tanh]"))
    speeds = timed(plan(some, workers=1), wall_s=60)
    made = plan(workers=1, speeds=speeds)
    sizes = [(p.trials[0].variant.levels["model.activation"], len(p.trials)) for p in made.packs]
    others = [("relu", 15)] * 2 + [("sigmoid", 15)] * 2
    assert sorted(sizes) == [*others, *[("tanh", 10)] * 3]
    longer = study(SMALL, "resources.pack_minutes=60")
    assert [p.pack_id for p in plan(longer, workers=1, speeds=speeds).packs] == [
        p.pack_id for p in first.packs
    ]
    assert {len(p.trials) for p in plan(workers=1, speeds=timed(first, 9000)).packs} == {1}


def test_what_was_learnt_of_speed_does_not_change_a_pack_that_was_planned() -> None:
    """Else a run that is resumed after its first packs would train others than it began with."""
    first = plan(workers=1)
    slow = timed(first, wall_s=3000)
    done = {trial.trial_id: "completed" for trial in first.packs[0].trials}
    again = plan(results=done, workers=1, earlier=plan_document(first), speeds=slow)
    assert [pack.pack_id for pack in again.packs] == [pack.pack_id for pack in first.packs[1:]]
    stored = [[trial.trial_id for trial in pack.trials] for pack in first.packs]
    forced = plan(results=done, workers=5, force=True, speeds=slow, stored=stored)
    assert {p.pack_id for p in forced.packs} == {p.pack_id for p in first.packs}


def test_replicates_stay_together_when_a_group_is_split() -> None:
    """They share their data: a pack should hold few replicates, of all its variants."""
    made = plan(study(SMALL.replace("[sigmoid, tanh, relu]", "[tanh]"), replicates=30), workers=2)
    for pack in made.packs:
        replicates = [trial.replicate for trial in pack.trials]
        assert replicates == sorted(replicates)
        assert len(set(replicates)) <= len(replicates) / 3 + 2


def test_workers_that_share_a_trial_take_one_at_a_time() -> None:
    shared = study(SMALL + "resources: {workers: 2}\n")
    earlier = plan_document(plan())  # with packs of many, which are not kept
    made = plan(shared, earlier=earlier)
    assert {len(pack.trials) for pack in made.packs} == {1}
    assert sorted(packed(made)) == sorted(ids(made)) == sorted(ids(plan()))


def test_an_interrupted_run_keeps_its_packs() -> None:
    """A pack that is trained again gives the same bits only with the same members."""
    first = plan(workers=2)
    done = {trial.trial_id: "completed" for trial in first.packs[0].trials}
    again = plan(results=done, workers=7, earlier=plan_document(first))
    assert [pack.pack_id for pack in again.packs] == [pack.pack_id for pack in first.packs[1:]]
    assert [pack.pack_id for pack in plan(results=done, workers=7).packs] != [
        pack.pack_id for pack in first.packs[1:]
    ]


def test_a_pack_that_is_done_in_part_is_packed_anew() -> None:
    first = plan(workers=2)
    some = first.packs[0].trials[:4]
    again = plan(
        results={t.trial_id: "completed" for t in some}, workers=2, earlier=plan_document(first)
    )
    kept = {pack.pack_id for pack in first.packs[1:]}
    assert kept < {pack.pack_id for pack in again.packs}
    assert len(packed(again)) == 90 - 4


def test_a_pack_of_another_study_or_of_nonsense_is_not_kept() -> None:
    first = plan_document(plan())
    known = ids(plan())
    mixed = [known[0], known[30]]  # two activations
    for trials in ([], ["x"], [known[0], known[0]], mixed, [known[0], "x"]):
        document = replace(first, packs=(replace(first.packs[0], trials=tuple(trials)),))
        assert [p.pack_id for p in plan(earlier=document).packs] == [
            p.pack_id for p in plan().packs
        ]
    twice = replace(first, packs=(first.packs[0], first.packs[0]))
    assert sorted(packed(plan(earlier=twice))) == sorted(known)


def test_the_slowest_cells_and_longest_sequences_come_first() -> None:
    """Else the longest pack might start last, and one worker would wait for it."""
    prints = Fingerprints(code={("recurrent", "adding"): {"a": "b"}}, data={"adding": "c"})
    made = plan(load_study("recurrent_memory"), prints=prints)
    order = list(dict.fromkeys(pack.trials[0].variant.label for pack in made.packs))
    cells = ("gru", "lstm", "rnn")
    assert order == [f"cell={cell} length={length}" for length in (50, 10) for cell in cells]


def test_recurrent_trials_on_a_cpu_are_dealt_out_evenly() -> None:
    """They train in turn: packs of eight would gain nothing, and one of two workers would wait."""
    prints = Fingerprints(code={("recurrent", "adding"): {"a": "b"}}, data={"adding": "c"})
    few = load_study("recurrent_memory", Overrides(only=("task.length=50",), replicates=8))
    packs = plan(few, workers=2, prints=prints).packs
    assert {len(pack.trials) for pack in packs} <= {1, 2, 3}
    assert max(map(cost, packs)) < sum(map(cost, packs)) / 6
    on_gpu = replace(few, resources=few.resources.model_copy(update={"gpus": 1}))
    assert len(plan(on_gpu, workers=2, prints=prints).packs) < len(packs) / 2  # they stack
