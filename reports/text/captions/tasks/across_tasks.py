"""Words of the figure of `across_tasks`."""

from orchestrator.reports.statistics.tasks.across_tasks import AcrossTasks
from orchestrator.reports.statistics.tasks.bootstrap import DRAWS, SEED
from orchestrator.reports.text.names import count_text
from orchestrator.reports.text.phrases import range_text


def title(tasks: int) -> str:
    return f"Share of trials that score above a threshold, over {tasks} tasks"


def caption(found: AcrossTasks) -> str:
    lost = sum(each.diverged for each in found.contenders)
    scored = f" {count_text(lost, 'diverged trial')} scored 0." if lost else ""
    outside = f" {count_text(found.below, 'score')} below the picture's left end."
    return (
        f"{scale_text(found)} Line: share of all scores of a variant over the tasks "
        f"(n = {range_text(each.n for each in found.contenders)}) "
        "that lie above the threshold; the higher line is better, and where lines cross, which is "
        f"better depends on the demand. Band: 95 % percentile interval, {DRAWS:,} bootstrap draws "
        f"within each task, seed {SEED}.{scored}{outside if found.below else ''}"
    )


def scale_text(found: AcrossTasks) -> str:
    """What 0 and 1 mean."""
    zero = (
        "the task's baseline"
        if all(scale.zero_is_baseline for scale in found.scales)
        else "the mean of the worst variant in the task (or its baseline, where known)"
    )
    one = (
        "the best value possible"
        if all(scale.one_is_possible for scale in found.scales)
        else "the mean of the best variant in the task"
    )
    return f"Score: 0 is {zero}, 1 is {one}."
