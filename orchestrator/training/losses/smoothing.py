"""Label smoothing, with one share per member."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from torch import Tensor

from orchestrator.models.losses import Loss, cross_entropy
from orchestrator.study.settings import Training


@dataclass(frozen=True)
class Smoothed:
    """Cross entropy with the target (1 − ε) y + ε / K, of K classes: C + ε (z_y − z̄).

    z: outputs, z_y that of the target, z̄ their mean.
    plain: C, the cross entropy.   share: ε of each member, (members,).
    Source: Szegedy et al. 2016, section 7; `cross_entropy(label_smoothing=ε)` of torch.
    """

    plain: Loss
    share: Tensor

    def __call__(self, outputs: Tensor, targets: Tensor) -> Tensor:
        classes = targets.clamp(min=0).unsqueeze(-1)  # padding, −1, is no class number
        of_target = outputs.gather(-1, classes).squeeze(-1)
        share = self.share.view(-1, *[1] * (targets.dim() - 1))
        return self.plain(outputs, targets) + share * (of_target - outputs.mean(-1))


def smoothed(loss: Loss, trainings: Sequence[Training], like: Tensor) -> Loss:
    """The loss that members with these settings are trained with; only cross entropy is changed."""
    shares = [training.label_smoothing for training in trainings]
    is_changed = loss is cross_entropy and any(shares)
    return Smoothed(loss, like.new_tensor(shares)) if is_changed else loss


def of_member(loss: Loss, member: int) -> Loss:
    """The training loss of one member alone."""
    return replace(loss, share=loss.share[member, None]) if isinstance(loss, Smoothed) else loss
