"""Which machines a pack may run on, by the labels that Ray has of them.

Ray itself labels a machine with the type of its GPUs; others are given by `ray start --labels`.
"""

from collections.abc import Iterable, Mapping

from orchestrator.study.settings import Resources

_TYPE = "ray.io/accelerator-type"

Labels = Mapping[str, str]


def wanted(asked: Resources) -> dict[str, str]:
    """The labels that a machine must have."""
    of_type = {_TYPE: asked.accelerator_type} if asked.accelerator_type else {}
    return {**(asked.labels or {}), **of_type}


def fits(asked: Resources, labels: Labels) -> bool:
    return wanted(asked).items() <= labels.items()


def of_this_machine(asked: Resources) -> dict[str, str]:
    """As Ray will label it; the type of its GPUs only where it is asked for."""
    if not asked.accelerator_type:
        return {}
    from orchestrator.execution.ray.local_cluster import authentication, environment

    with environment(authentication()):  # Ray reads it when it is imported
        from ray._private.accelerators import get_accelerator_manager_for_resource
    cards = get_accelerator_manager_for_resource("GPU")
    found = cards.get_current_node_accelerator_type() if cards else None
    return {_TYPE: found} if found else {}


def lack(asked: Resources, machines: Iterable[Labels]) -> str:
    """What no machine has, and what there is in its place; nothing if one has all of it."""
    machines = list(machines)
    if any(fits(asked, labels) for labels in machines):
        return ""
    return "; ".join(_there_is(key, value, machines) for key, value in wanted(asked).items())


def _there_is(key: str, value: str, machines: list[Labels]) -> str:
    name = "accelerator_type" if key == _TYPE else f"the label {key}"
    others = sorted({labels[key] for labels in machines if key in labels})
    return f"{name} is to be {value}, there is {', '.join(others) or 'none'}"
