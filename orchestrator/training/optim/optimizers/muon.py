"""Muon for weight matrices, AdamW for all other parameters."""

from collections.abc import Sequence
from math import sqrt

import torch
from torch import Tensor, nn

from orchestrator.study.settings import Training
from orchestrator.training.optim.optimizers.protocol import Hyperparameters
from orchestrator.training.stacking.members import Members

NEWTON_SCHULZ = (3.4445, -4.7750, 2.0315)  # a, b, c: torch's defaults, those of Keller Jordan
ITERATIONS = 5
SMALLEST_NORM = 1e-7
EPSILON = 1e-8  # of AdamW
RMS = 0.2  # of a step of AdamW, about


class Muon:
    """v ← μ v + (1 − μ) g;  p ← (1 − η λ) p − 0.2 η √max(rows, columns) NS(ṽ).

    ṽ = (1 − μ) g + μ v with Nesterov's momentum, else v; NS(ṽ) ≈ U Vᵀ of the singular value
    decomposition of ṽ. The factor gives a step the size of one of AdamW (`match_rms_adamw` of
    torch), so that one learning rate and one weight decay serve both. Parameters that are no
    matrices, and embeddings, are moved by AdamW, as torch advises.

    torch rounds to bfloat16 inside NS. Here it keeps the precision of the parameters: a rounding to
    8 bits would make a member depend on how many others are multiplied beside it.
    Source: Jordan et al. 2024, kellerjordan.github.io/posts/muon; Liu et al. 2025, "Muon is
    scalable for LLM training", arXiv 2502.16982.
    """

    def __init__(self, members: Members, trainings: Sequence[Training]) -> None:
        self.members, self.parameters = members, members.flat
        self.hyper = Hyperparameters(members, trainings)
        self.betas = trainings[0].beta1, trainings[0].beta2
        self.nesterov = trainings[0].nesterov
        self.matrices = _matrices(members)
        zeros = torch.zeros_like(members.flat)
        self.state: tuple[Tensor, ...] = (zeros, zeros.clone(), zeros.clone())
        self.steps = 0

    def step(self, gradient: Tensor) -> None:
        self.steps += 1
        velocity = self.state[0].lerp_(gradient, 1 - self.hyper.momentum)
        ahead = gradient.lerp(velocity, self.hyper.momentum) if self.nesterov else velocity
        direction = self._adam(gradient)
        sources, places = self.members.named(ahead), self.members.named(direction)
        for name in self.matrices:
            size = RMS * sqrt(max(sources[name].shape[1:]))
            places[name].copy_(size * orthogonalised(sources[name]))
        self.parameters.mul_(1 - self.hyper.learning_rate * self.hyper.weight_decay)
        self.parameters.addcmul_(self.hyper.learning_rate, direction, value=-1)

    def _adam(self, gradient: Tensor) -> Tensor:
        """m̂ / (√ŝ + ε) of every parameter; see `adam.py`."""
        beta1, beta2 = self.betas
        _, mean, mean_square = self.state
        mean.lerp_(gradient, 1 - beta1)
        mean_square.mul_(beta2).addcmul_(gradient, gradient, value=1 - beta2)
        scale = (mean_square.sqrt() / (1 - beta2**self.steps) ** 0.5).add_(EPSILON)
        direction: Tensor = mean / scale / (1 - beta1**self.steps)
        return direction


def orthogonalised(matrices: Tensor) -> Tensor:
    """About U Vᵀ of each, singular values of about 0.7 to 1.2; matrices: (members, rows, columns).

    Five steps of X ← a X + (b X Xᵀ + c (X Xᵀ)²) X, from a matrix of norm 1.
    """
    a, b, c = NEWTON_SCHULZ
    is_tall = matrices.shape[1] > matrices.shape[2]
    x = matrices.mT if is_tall else matrices
    x = x / torch.linalg.matrix_norm(x, keepdim=True).clamp(min=SMALLEST_NORM)
    for _ in range(ITERATIONS):
        gram = x @ x.mT
        x = torch.baddbmm(x, torch.baddbmm(gram, gram, gram, beta=b, alpha=c), x, beta=a)
    return x.mT if is_tall else x


def _matrices(members: Members) -> list[str]:
    """Names of the real matrices that are not embeddings."""
    embeddings = {
        f"{name}.weight"
        for name, layer in members.template.named_modules()
        if isinstance(layer, nn.Embedding)
    }
    return [
        name
        for name, part in members.named(members.flat).items()
        if part.dim() == 3 and not part.is_complex() and name not in embeddings
    ]
