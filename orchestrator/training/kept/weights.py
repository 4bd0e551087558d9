"""Weights that are kept of trials: taken while members train, and as files of safetensors."""

import json
from collections.abc import Mapping
from hashlib import sha256
from typing import Any

import torch
from torch import Tensor, nn

from orchestrator.training.stacking.members import Members, Single

State = dict[str, Tensor]  # as `nn.Module.state_dict`, without what is no tensor
_ABOUT = "orch"  # the text in the header of a file
_CHECKSUM = "sha256"  # in it: of the tensors, in the order of their names


class DamagedWeights(ValueError):
    """A file whose tensors are not those that were written."""


class KeptWeights:
    """Copies of the weights of some members, each of one epoch.

    epochs: member → the epoch.
    """

    def __init__(self) -> None:
        self.epochs: dict[int, int] = {}
        self._flat: Tensor | None = None  # (members, parameters) of a stack
        self._only: State = {}  # of a single model, which may have buffers of its own

    def take(self, members: Members, wanted: Tensor, epoch: int) -> None:
        """wanted: (members,) of bool; a later copy of a member replaces its earlier one."""
        chosen = wanted.nonzero().flatten().tolist()
        if not chosen:
            return
        if isinstance(members.model, Single):
            self._only = _state(members.template)
        else:
            if self._flat is None:
                self._flat = members.flat.detach().cpu().clone()
            self._flat[chosen] = members.flat.detach()[chosen].cpu()
        self.epochs.update(dict.fromkeys(chosen, epoch))

    def of(self, members: Members, member: int) -> State:
        """members: those of `take`, or built like them."""
        if self._flat is None:
            return self._only
        return _state(members.plain_model(member, self._flat.to(members.flat.device)))

    def state(self) -> dict[str, Any]:
        """What `restore` takes."""
        return {"epochs": self.epochs, "flat": self._flat, "only": self._only}

    def restore(self, state: Mapping[str, Any]) -> None:
        self.epochs, self._flat, self._only = state["epochs"], state["flat"], state["only"]


def to_file(state: State, about: Mapping[str, str]) -> bytes:
    """A safetensors file.

    about: text by name, which is kept in its header beside a checksum, as one text in JSON: the
        library writes several in a random order, and the same weights give the same bytes.
    """
    from safetensors.torch import save

    return save(state, {_ABOUT: json.dumps({**about, _CHECKSUM: _checksum(state)})})


def from_file(data: bytes) -> State:
    """Raises DamagedWeights where the file is not as it was written."""
    from safetensors import SafetensorError
    from safetensors.torch import load

    try:
        state = load(data)
        found = _header(data).get(_CHECKSUM)
    except (SafetensorError, ValueError, KeyError) as error:
        raise DamagedWeights(str(error)) from error
    if found != _checksum(state):
        raise DamagedWeights("its checksum is another one")
    return state


def _header(data: bytes) -> Mapping[str, str]:
    """What `to_file` was told, and the checksum. Such a file begins with its header's length."""
    size = int.from_bytes(data[:8], "little")
    header = json.loads(data[8 : 8 + size]).get("__metadata__", {})
    about: Mapping[str, str] = json.loads(header.get(_ABOUT, "{}"))
    return about


def _checksum(state: State) -> str:
    total = sha256()
    for name in sorted(state):
        total.update(name.encode())
        total.update(state[name].contiguous().view(-1).view(torch.uint8).numpy().tobytes())
    return total.hexdigest()


def _state(model: nn.Module) -> State:
    """Copies: tensors that share memory, as tied weights do, come apart."""
    return {
        name: value.detach().cpu().clone().contiguous()
        for name, value in model.state_dict().items()
        if isinstance(value, Tensor)
    }
