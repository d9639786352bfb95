"""A residual convolution is a plain convolution with another kernel.

For a convolution that keeps channels and size, ``conv(x, w) + x = conv(x, w + δ)``, where δ, the Dirac kernel,
is the kernel of the identity. So residual and plain networks express the same functions, and the residual loss
is the plain loss in shifted coordinates: gradient methods that do not care where the origin is, walk the same
path. The skip must span one convolution and be added before the activation; for the block of He et al., "Deep
Residual Learning for Image Recognition", CVPR 2016, figure 2, whose skip spans two layers, none of this holds.
"""

from collections.abc import Callable, Iterable, Sequence

import torch
import torch.nn.functional as F
from torch import nn

Optimizer = Callable[[Iterable[nn.Parameter]], torch.optim.Optimizer]


def dirac_kernel(weight: torch.Tensor | Sequence[int], groups: int = 1) -> torch.Tensor:
    """The kernel δ with ``conv(x, δ) = x``.

    Args:
        weight: a kernel to be matched in shape, dtype and device, or only its shape:
            (channels, channels // groups, *kernel size).
        groups: groups of the convolution.

    Returns:
        A kernel of that shape: 1 at the centre of channel i to channel i, 0 elsewhere.

    Raises:
        ValueError: if no kernel of this shape is the identity, because channels are not kept or a kernel size
            is even.
    """
    like = weight if isinstance(weight, torch.Tensor) else torch.empty(tuple(weight))
    out_channels, per_group, *kernel = like.shape
    if out_channels != per_group * groups:
        raise ValueError(
            f"the identity keeps channels: a kernel of shape {tuple(like.shape)} with groups={groups} "
            f"maps {per_group * groups} channels to {out_channels}"
        )
    if not all(size % 2 for size in kernel):
        raise ValueError(f"the identity needs a centre: kernel size {tuple(kernel)} is not odd along every axis")
    delta = torch.zeros_like(like, requires_grad=False)
    channel = torch.arange(out_channels)
    centre = tuple(torch.tensor(size // 2) for size in kernel)
    delta[(channel, channel % per_group, *centre)] = 1
    return delta


def identity_kernel_of(conv: nn.Conv1d | nn.Conv2d | nn.Conv3d) -> torch.Tensor:
    """The Dirac kernel of a layer to which its own input can be added.

    Raises:
        ValueError: if the layer changes channels or size, so that ``conv(x) + x`` is no convolution of x.
    """
    if any(stride != 1 for stride in conv.stride):
        raise ValueError(f"a residual layer keeps the size: stride is {conv.stride}, not 1")
    needed = tuple(d * (k - 1) // 2 for d, k in zip(conv.dilation, conv.kernel_size, strict=True))
    if conv.padding not in (needed, "same"):
        raise ValueError(f"a residual layer keeps the size: padding is {conv.padding!r}, not d(k − 1)/2 = {needed}")
    return dirac_kernel(conv.weight, conv.groups)


def residual_to_plain(weight: torch.Tensor, groups: int = 1) -> torch.Tensor:
    """The kernel with which a plain convolution does what ``conv(x, weight) + x`` does."""
    return weight + dirac_kernel(weight, groups)


class ConvStack(nn.Module):
    """Convolutions that keep channels and size, with an activation between them.

    With ``residual`` each layer is ``activation(conv(x) + x)``: the skip spans one convolution and ends before
    the activation. The last layer has no activation.
    """

    def __init__(
        self,
        depth: int,
        channels: int,
        kernel_size: int = 3,
        residual: bool = False,
        activation: Callable[[torch.Tensor], torch.Tensor] = F.relu,
        dtype: torch.dtype = torch.float64,
        groups: int = 1,
    ) -> None:
        """Weights are drawn by torch's default initialisation; ``kernel_size`` is odd.

        With ``groups`` it is as many networks side by side, each of ``channels // groups`` channels of its own.
        """
        super().__init__()
        self.convs = nn.ModuleList(
            nn.Conv2d(channels, channels, kernel_size, padding=kernel_size // 2, groups=groups, dtype=dtype)
            for _ in range(depth)
        )
        self.groups = groups
        self.residual = residual
        self.activation = activation

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """(N, channels, H, W) in and out."""
        for i, conv in enumerate(self.convs):
            y = conv(x) + x if self.residual else conv(x)
            x = y if i == len(self.convs) - 1 else self.activation(y)
        return x


@torch.no_grad()
def copy_as_plain(residual: ConvStack) -> ConvStack:
    """The plain network that computes the same function: θ + δ for every kernel, biases as they are."""
    first = residual.convs[0]
    assert isinstance(first, nn.Conv2d)
    plain = ConvStack(
        len(residual.convs),
        first.in_channels,
        first.kernel_size[0],
        activation=residual.activation,
        dtype=first.weight.dtype,
        groups=residual.groups,
    )
    for mine, theirs in zip(plain.convs, residual.convs, strict=True):
        assert isinstance(mine, nn.Conv2d)
        assert isinstance(theirs, nn.Conv2d)
        mine.weight.copy_(theirs.weight + identity_kernel_of(theirs))
        assert mine.bias is not None
        assert theirs.bias is not None
        mine.bias.copy_(theirs.bias)
    return plain


def train(
    model: nn.Module, optimizer: Optimizer, x: torch.Tensor, y: torch.Tensor, steps: int
) -> list[list[torch.Tensor]]:
    """Full-batch training on the mean squared error.

    Args:
        model: trained in place.
        optimizer: makes an optimizer of parameters, as in ``lambda p: torch.optim.SGD(p, lr=0.1)``.
        x: (N, channels, H, W) inputs.
        y: (N, channels, H, W) targets.
        steps: number of updates.

    Returns:
        Copies of all parameters at the start and after each step: steps + 1 lists.
    """
    chosen = optimizer(model.parameters())
    trajectory = [[p.detach().clone() for p in model.parameters()]]
    for _ in range(steps):
        chosen.zero_grad()
        F.mse_loss(model(x), y).backward()  # type: ignore[no-untyped-call]
        chosen.step()
        trajectory.append([p.detach().clone() for p in model.parameters()])
    return trajectory


def largest_deviation(plain: list[list[torch.Tensor]], residual: list[list[torch.Tensor]]) -> list[float]:
    """After each step, the largest |θ_plain − (θ_residual + δ)| of any entry of any parameter.

    Parameters with one dimension are biases, to which δ adds nothing.
    """
    return [
        max(float((p - (r if r.dim() == 1 else residual_to_plain(r))).abs().max()) for p, r in zip(a, b, strict=True))
        for a, b in zip(plain, residual, strict=True)
    ]


def fit_kernel(x: torch.Tensor, y: torch.Tensor, start: torch.Tensor, residual: bool = False) -> torch.Tensor:
    """The kernel of one linear convolution, fitted by full-batch LBFGS on the mean squared error.

    Args:
        x: (N, channels, H, W) inputs.
        y: (N, channels, H, W) targets.
        start: (channels, channels, k, k), the kernel to begin with; k is odd, and size is kept by padding.
        residual: whether the model is ``conv(x, w) + x`` rather than ``conv(x, w)``.

    Returns:
        The kernel found.
    """
    weight = start.clone().requires_grad_(True)
    optimizer = torch.optim.LBFGS(
        [weight], max_iter=1000, tolerance_grad=1e-14, tolerance_change=1e-18, line_search_fn="strong_wolfe"
    )

    def loss() -> torch.Tensor:
        predicted = F.conv2d(x, weight, padding=start.shape[-1] // 2)
        value = F.mse_loss(predicted + x if residual else predicted, y)
        (weight.grad,) = torch.autograd.grad(value, weight)
        return value

    optimizer.step(loss)  # type: ignore[no-untyped-call]
    return weight.detach()
