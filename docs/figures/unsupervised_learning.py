"""Figures of the questions on variational autoencoders, drawn from the functions that their checks use."""

from __future__ import annotations

import math

import torch
from matplotlib import pyplot as plt
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Circle, Ellipse, FancyBboxPatch, Rectangle

from dlchecked.vae import SIDE, LinearGaussian, VAEs, blob_centres, blob_images, train_vaes
from figures.cells import cells
from figures.palette import BG, C1, C2, C3, FG, MUTED, WIDTH


def two_terms() -> Figure:
    """An image's way through a VAE, and what either term of the loss compares."""
    figure, axes = plt.subplots(figsize=(WIDTH, 2.7))
    arrow = {"arrowstyle": "-|>", "shrinkA": 0, "shrinkB": 0, "color": MUTED}
    for x, name in [(0.15, "x"), (4.55, "g(z)")]:
        axes.text(x, 1, name, ha="center", va="center", color=FG)
    for x, name in [(0.95, "encoder"), (3.65, "decoder")]:
        box = FancyBboxPatch((x - 0.4, 0.7), 0.8, 0.6, boxstyle="round,pad=0.02,rounding_size=0.1")
        box.set(facecolor="none", edgecolor=MUTED, linewidth=1.2)
        axes.add_patch(box)
        axes.text(x, 1, name, ha="center", va="center", color=FG)
    axes.text(1.78, 1, "μ, σ", ha="center", va="center", color=FG)
    axes.text(2.62, 1, "z", ha="center", va="center", color=FG)
    axes.text(2.62, 1.3, "z = μ + σ u", ha="center", va="bottom", color=FG)
    axes.text(2.62, 0.2, "noise u", ha="center", va="center", color=FG)
    for start, end in [
        ((0.26, 1), (0.52, 1)),
        ((1.38, 1), (1.58, 1)),
        ((2.0, 1), (2.5, 1)),
        ((2.74, 1), (3.22, 1)),
        ((4.08, 1), (4.32, 1)),
        ((2.62, 0.36), (2.62, 0.82)),
    ]:
        axes.annotate("", end, start, arrowprops=arrow)
    axes.plot([0.15, 0.15, 4.55, 4.55], [1.2, 2.05, 2.05, 1.2], color=C1, linewidth=1.8)
    axes.text(2.35, 2.12, "reconstruction term: is g(z) near x?", ha="center", va="bottom", color=FG)
    axes.plot([1.78, 1.78], [0.82, -0.3], "--", color=C2, linewidth=1.8)
    axes.text(1.78, -0.38, "KL term: is N(μ, σ²) near the prior?", ha="center", va="top", color=FG)
    axes.set(xlim=(0, 4.85), ylim=(-0.75, 2.5))
    axes.axis("off")
    return figure


def _ring(images: int) -> tuple[torch.Tensor, VAEs, VAEs]:
    """Images (1, images, pixels) of blobs on a ring, and a VAE trained on 64 of them with the KL term and without."""
    ring = blob_images(blob_centres("ring", models=1, images=images))
    return ring, train_vaes(ring[:, :64], kl_weight=1), train_vaes(ring[:, :64], kl_weight=0)


def _draw_image(axes: Axes, image: torch.Tensor, colour: str) -> None:
    """An image in a few shades of a colour."""
    levels = 4
    shade = (image * levels).round().int().reshape(SIDE, SIDE)
    for level in range(1, levels + 1):
        if (shade == level).any():
            axes.add_patch(cells((shade == level).tolist(), colour, level / levels))
    axes.add_patch(Rectangle((0, 0), SIDE, SIDE, fill=False, edgecolor=MUTED, linewidth=0.8))
    axes.set(aspect="equal", xticks=[], yticks=[], xlim=(-0.2, SIDE + 0.2), ylim=(SIDE + 0.2, -0.2))
    axes.spines[:].set_visible(False)


def with_and_without() -> Figure:
    """Training images, their reconstructions, and samples, with the KL term and without."""
    ring, with_kl, without = _ring(64)
    shown = ring[:, :4]
    torch.manual_seed(0)
    z = torch.randn(1, 4, 2)
    rows = [
        ("images", shown, FG),
        ("with", with_kl.decode(with_kl.sample_code(shown)), C1),
        ("without", without.decode(without.sample_code(shown)), C2),
        ("with", with_kl.decode(z), C1),
        ("without", without.decode(z), C2),
    ]
    figure, panels = plt.subplots(5, 4, figsize=(4, 4.8))
    for (label, images, colour), line in zip(rows, panels, strict=True):
        for image, axes in zip(images[0], line, strict=True):
            _draw_image(axes, image, colour)
        line[0].set_ylabel(label, rotation=0, ha="right", va="center")
    panels[1, 0].set_title("reconstructed", loc="left")
    panels[3, 0].set_title("generated", loc="left")
    return figure


# Of a normal distribution in the plane a share 1 − exp(−r² / 2) lies within r.
_RADIUS_OF_95 = math.sqrt(-2 * math.log(0.05))


def codes_and_prior() -> Figure:
    """A code drawn for each image, with the KL term and without, and where the prior is."""
    ring, *both = _ring(80)
    figure, panels = plt.subplots(1, 2, figsize=(WIDTH, 2.9), sharex=True, sharey=True)
    torch.manual_seed(0)
    for axes, vaes, title, colour, marker in zip(panels, both, ["with", "without"], [C1, C2], "o^", strict=True):
        first, second = vaes.sample_code(ring)[0].T.numpy()
        axes.plot(first, second, marker, color=colour, markersize=2.5, markeredgewidth=0)
        within = Circle((0, 0), _RADIUS_OF_95, fill=False, edgecolor=FG, linestyle="--", linewidth=1.3)
        axes.add_patch(within)
        axes.set(aspect="equal", title=f"{title} the KL term", xticks=[-5, 0, 5], yticks=[-5, 0, 5])
    panels[0].set_ylabel("second number")
    panels[1].text(0, 0, "prior", ha="center", va="center", color=FG)
    figure.supxlabel("first number of the code", fontsize=11)
    return figure


def _square() -> tuple[torch.Tensor, VAEs]:
    """Images (1, 64, pixels) of blobs all over a square, and a VAE trained on them."""
    square = blob_images(blob_centres("square", models=1, images=64))
    return square, train_vaes(square, kl_weight=1)


def codes_of_single_images() -> Figure:
    """Where the codes of some images lie, each in an ellipse, and where the prior is."""
    square, vaes = _square()
    mean, std = (each[0, ::4].tolist() for each in vaes.encode(square))
    figure, axes = plt.subplots(figsize=(WIDTH, 3.9))
    for centre, (across, up) in zip(mean, std, strict=True):
        size = 2 * _RADIUS_OF_95
        axes.add_patch(Ellipse(centre, size * across, size * up, fill=False, edgecolor=C1, linewidth=1.3))
        axes.plot(*centre, "o", color=C1, markersize=3)
    axes.add_patch(Circle((0, 0), _RADIUS_OF_95, fill=False, edgecolor=FG, linestyle="--", linewidth=1.3))
    axes.text(1.85, -1.85, "prior", ha="left", va="top", color=FG)
    axes.set(aspect="equal", xlim=(-4, 4), ylim=(-3.4, 3.6), xticks=[-2, 0, 2], yticks=[-2, 0, 2])
    axes.set(xlabel="first number of the code", ylabel="second number")
    return figure


def reconstructions_of_one_image() -> Figure:
    """An image, the decoded mean of its code, and four reconstructions from draws."""
    square, vaes = _square()
    image = square[:, 1:2]
    mean, std = vaes.encode(image)
    torch.manual_seed(0)
    drawn = vaes.decode(mean + std * torch.randn(1, 4, 2))[0]
    figure, panels = plt.subplots(1, 6, figsize=(WIDTH, 1.5))
    shown = [("image", image[0, 0], FG), ("mean", vaes.decode(mean)[0, 0], C3)]
    shown += [(f"draw {number}", each, C1) for number, each in enumerate(drawn, 1)]
    for (label, each, colour), axes in zip(shown, panels, strict=True):
        _draw_image(axes, each, colour)
        axes.set_xlabel(label)
    return figure


def gap() -> Figure:
    """The loss of one image against the standard deviation of q, for three means of q."""
    model = LinearGaussian(torch.tensor([[1.0], [0.5]], dtype=torch.double), noise=0.7)
    x = torch.tensor([1.2, 0.1], dtype=torch.double)
    best, covariance = model.posterior(x)
    std = torch.linspace(0.12, 1.5, 90, dtype=torch.double)
    figure, axes = plt.subplots()
    ways = [(0.7, C2, "--", "mean 0.7 off"), (0.4, C3, "-.", "mean 0.4 off"), (0.0, C1, "-", "posterior's mean")]
    for off, colour, line, label in ways:
        loss = model.negative_elbo(x, (best + off).expand(len(std), 1), (std**2)[:, None, None])
        axes.plot(std, loss, line, color=colour, label=label)
    evidence = float(model.negative_log_evidence(x))
    axes.axhline(evidence, color=FG, linewidth=1.2, linestyle=":")
    axes.annotate("−log p(x)", (1.5, evidence), xytext=(0, -13), textcoords="offset points", ha="right")
    touch = float(covariance.sqrt())
    axes.plot([touch], [evidence], "o", color=C1, markersize=6, markeredgecolor=BG)
    axes.set(xlabel="standard deviation of q", ylabel="loss, in nats", ylim=(evidence - 0.35, evidence + 3.3))
    axes.legend(loc="upper center", bbox_to_anchor=(0.42, 1.05))
    return figure
