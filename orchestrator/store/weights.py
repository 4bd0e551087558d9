"""Files of weights in the store: one per trial, each complete or absent."""

from pathlib import PurePath

from orchestrator.errors import EnvironmentFault
from orchestrator.paths import WEIGHTS, ResultsPaths
from orchestrator.store.remote.object_io import get, listing


def trials_with_weights(paths: ResultsPaths) -> frozenset[str]:
    """Ids of the trials whose weights are there. Raises EnvironmentFault."""
    folder = paths.store(WEIGHTS)
    if paths.uri is None:
        found = [file.name for file in folder.glob("[!.]*.safetensors")]
    else:
        found = list(listing(paths.at(folder)))
    return frozenset(PurePath(name).stem for name in found)


def read_weights(paths: ResultsPaths, trial_id: str) -> bytes:
    """A safetensors file. Raises EnvironmentFault where it is not there, or cannot be read."""
    place = paths.at(paths.weights(trial_id))
    try:
        data = get(place)
    except OSError as error:
        raise EnvironmentFault(f"cannot read {place}: {error}") from error
    if data is None:
        raise EnvironmentFault(
            f"there are no weights of trial {trial_id} in {paths}\n"
            "    have them kept: orch run STUDY --set keep.weights=last; or write those of this "
            f"trial alone: orch run STUDY --trial {trial_id} --save FILE"
        )
    return data
