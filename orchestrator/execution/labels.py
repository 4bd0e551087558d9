"""Which machines a pack may run on, by the labels that Ray has of them.

Ray itself labels a machine with the type of its GPUs; others are given by `ray start --labels`.
"""

from collections.abc import Iterable, Mapping

from orchestrator.study.settings import Resources

ACCELERATOR_TYPE = "ray.io/accelerator-type"

Labels = Mapping[str, str]


def required_labels(resources: Resources) -> dict[str, str]:
    """Labels that a machine must have."""
    by_type = {ACCELERATOR_TYPE: resources.accelerator_type} if resources.accelerator_type else {}
    return {**(resources.labels or {}), **by_type}


def fits(resources: Resources, labels: Labels) -> bool:
    return required_labels(resources).items() <= labels.items()


def missing_labels(resources: Resources, machines: Iterable[Labels]) -> str:
    """What the study requests and no machine has, in words; empty if one machine has it all.

    machines: the labels of each.
    """
    machines = list(machines)
    if any(fits(resources, labels) for labels in machines):
        return ""
    required = required_labels(resources).items()
    return "; ".join(_missing(key, value, machines) for key, value in required)


def _missing(key: str, value: str, machines: list[Labels]) -> str:
    name = "accelerator_type" if key == ACCELERATOR_TYPE else f"the label {key}"
    found = sorted({labels[key] for labels in machines if key in labels})
    return f"{name} must be {value}, available: {', '.join(found) or 'none'}"
