"""What an explorer computes in the browser is what `dlchecked` computes, at 500 random settings of each."""

from __future__ import annotations

import importlib.util
import math
import random
from collections import defaultdict
from fractions import Fraction
from pathlib import Path

import pytest
import torch
from served_folder import serving_folder
from torch import nn

from dlchecked import deep_mlp, losses
from dlchecked.descent import best_heavy_ball, best_rate, descent_path, steps_on_quadratic
from dlchecked.dropout import in_a_row, mask_law, probability_of_zeros
from dlchecked.finite_differences import median_error
from dlchecked.networks import NETWORKS
from dlchecked.receptive_field import receptive_field
from dlchecked.vae import VAEs

pytestmark = pytest.mark.browser

ROOT = Path(__file__).parents[2]
MANY = 500
RUN = """async ([module, name, all]) => {
    const found = (await import(module))[name];
    return all ? all.map(one => found(one)) : found;
}"""


@pytest.fixture(scope="module")
def run(browser):
    """Call a function of an explorer's module with each of some settings, or tell a value of it."""
    tab = browser.new_page()
    with serving_folder(ROOT / "docs" / "assets" / "javascripts") as url:
        tab.goto(url)
        yield lambda module, settings, name="compute": tab.evaluate(RUN, [f"/explorers/{module}.js", name, settings])
        tab.close()


def test_losses(run):
    chance = random.Random(0)
    settings = [{"z": chance.uniform(-8, 8), "y": chance.choice(["0", "1"])} for _ in range(MANY)]
    for setting, found in zip(settings, run("losses", settings), strict=True):
        z, y = torch.tensor(setting["z"], dtype=torch.double), float(setting["y"])
        expected = {
            "p": torch.sigmoid(z),
            "squared": losses.squared_error(z, y),
            "squaredSlope": losses.squared_error_slope(z, y),
            "entropy": losses.cross_entropy(z, y),
            "entropySlope": losses.cross_entropy_slope(z, y),
        }
        assert found == pytest.approx({name: float(value) for name, value in expected.items()}, rel=1e-11), setting


class Block(nn.Module):
    """Two 3 × 3 convolutions, and a shortcut around them."""

    def __init__(self, stride: int) -> None:
        super().__init__()
        self.first = nn.Conv1d(1, 1, 3, stride, padding=1)
        self.second = nn.Conv1d(1, 1, 3, padding=1)
        self.shortcut = nn.Conv1d(1, 1, 1, stride)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.second(self.first(x)) + self.shortcut(x)


def as_module(stack: str) -> nn.Sequential:
    """The stack that an explorer's text stands for."""
    layers = []
    for written in stack.split("_"):
        numbers = [int(number) for number in written.lstrip("bm").split(".")]
        if written[0] == "b":
            layers.append(Block(*numbers))
        elif written[0] == "m":
            kernel, stride, dilation, padding = numbers
            layers.append(nn.MaxPool1d(kernel, stride, padding, dilation))
        else:
            kernel, stride, dilation, padding = numbers
            layers.append(nn.Conv1d(1, 1, kernel, stride, padding, dilation))
    return nn.Sequential(*layers).eval()


def random_stack(chance: random.Random) -> str:
    layers = []
    for _ in range(chance.randint(1, 6)):
        kernel, stride, dilation = chance.randint(1, 7), chance.choice((1, 1, 2, 3)), chance.choice((1, 1, 2, 4))
        layers.append(
            chance.choice(
                [
                    f"{kernel}.{stride}.{dilation}.{chance.randint(0, 6)}",
                    f"m{kernel}.{stride}.{dilation}.{chance.randint(0, kernel // 2)}",
                    f"b{chance.randint(1, 2)}",
                ]
            )
        )
    return "_".join(layers)


def test_receptive_field(run):
    chance = random.Random(0)
    settings, fields = [], []
    while len(settings) < MANY:
        stack, pixels = random_stack(chance), chance.randint(8, 128)
        layer = chance.randrange(stack.count("_") + 1)
        net = as_module("_".join(stack.split("_")[: layer + 1]))
        try:
            with torch.no_grad():
                units = net(torch.zeros(1, 1, pixels)).shape[2]
        except RuntimeError:
            units = 0
        settings.append(
            {
                "stack": stack,
                "net": "own",
                "layer": str(layer),
                "pixels": pixels,
                "unit": chance.randrange(max(units, 1)),
            }
        )
        fields.append(receptive_field(net, (1, 1, pixels)) if units else None)
    assert sum(field is None for field in fields) < MANY / 4
    for setting, field, found in zip(settings, fields, run("receptive-field", settings), strict=True):
        if field is None:
            assert "missing" in found, setting
            continue
        assert found["sizes"][-1] == field.output_shape[2], setting
        assert (found["size"], found["stride"], found["start"]) == (*field.size, *field.stride, *field.start), setting
        assert found["pixels"] == field.mask(setting["unit"]).nonzero().flatten().tolist(), setting


def test_receptive_fields_of_the_networks_by_name(run):
    """VGG-16 is that of Araujo et al., the other ones are built here."""
    resnet = as_module("7.2.1.3_m3.2.1.1_b1_b1_b2_b1_b2_b1_b2_b1")
    course = as_module("3.1.1.1_m2.2.1.0_5.2.1.2_m2.2.1.0_7.1.2.3")
    vgg = receptive_field(NETWORKS["vgg_16"], (1, 3, 224, 224), output=lambda maps: maps["pool5"])
    cases = [("resnet18", receptive_field(resnet, (1, 1, 224)), 7, 224)]
    cases += [("course", receptive_field(course, (1, 1, 256)), 26, 256), ("vgg16", vgg, 7, 224)]
    nets = run("receptive-field", None, "NETS")
    for name, field, units, pixels in cases:
        assert field.output_shape[2] == units, name
        stack = nets[name]["stack"]
        settings = [
            {"stack": stack, "layer": stack.count("_"), "pixels": pixels, "unit": unit} for unit in range(units)
        ]
        for setting, found in zip(settings, run("receptive-field", settings), strict=True):
            spans = (setting["unit"],) * (len(field.output_shape) - 2)
            seen = torch.zeros(pixels, dtype=torch.bool)
            seen[found["pixels"]] = True
            mask = field.mask(spans)
            assert torch.equal(mask, seen if mask.dim() == 1 else seen[:, None] & seen), setting


def test_gradient_flow(run):
    """The explorer's own weights, in the networks of `dlchecked`."""
    (drawn,) = run("gradient-flow", [3], "draws")
    (width,) = {int(math.sqrt(len(layer))) for layer in drawn["layers"]}
    inputs = torch.tensor(drawn["inputs"], dtype=torch.double).view(1, -1, width)
    layers = [torch.tensor(layer, dtype=torch.double).view(width, width) for layer in drawn["layers"]]
    output = torch.tensor(drawn["output"], dtype=torch.double).view(width, 1)
    # They are as random as they should be.
    everything = torch.stack(layers) * width**0.5
    assert abs(float(everything.mean())) < 0.03
    assert abs(float(everything.var()) - 1) < 0.03
    chance = random.Random(0)
    settings = [
        {
            "activation": chance.choice(list(deep_mlp.ACTIVATIONS)),
            "depth": chance.randint(2, len(layers)),
            "gain": chance.uniform(0.1, 4),
            "seed": 3,
        }
        for _ in range(MANY)
    ]
    # Networks of one shape are run side by side.
    alike = defaultdict(list)
    for setting, found in zip(settings, run("gradient-flow", settings), strict=True):
        alike[setting["activation"], setting["depth"]].append((setting, found))
    for (activation, depth), group in alike.items():
        gains = torch.tensor([setting["gain"] for setting, _ in group], dtype=torch.double).view(-1, 1, 1)
        nets = deep_mlp.DeepMLPs(len(group), activation, width, depth - 1, inputs=width, gain=1, dtype=torch.double)
        for weight, mine in zip(nets.weights, [*layers[:depth], output], strict=True):
            weight.data = gains * mine
        signals, gradients = deep_mlp.by_depth(nets, inputs.expand(len(group), -1, -1))
        for (setting, found), signal, gradient in zip(group, signals.T, gradients.T, strict=True):
            # Where the signal explodes through tanh, rounding errors grow with it from layer to layer.
            rel = 1e-6 if setting["gain"] > 1.2 else 1e-9
            assert found["signal"] == pytest.approx(signal.tolist(), rel=rel, abs=1e-14), setting
            assert found["gradient"] == pytest.approx(gradient.tolist(), rel=rel, abs=0), setting


def test_ravine(run):
    chance = random.Random(0)
    settings = [
        {
            "power": chance.uniform(-3, 0.5),
            "momentum": chance.choice((0, chance.uniform(0, 0.99))),
            "condition": chance.randint(1, 200),
        }
        for _ in range(MANY)
    ]
    every = run("ravine", settings)
    found_rates = torch.tensor([found["rate"] for found in every], dtype=torch.double)
    curvatures = torch.tensor([[1.0, setting["condition"]] for setting in settings], dtype=torch.double)
    momenta = torch.tensor([setting["momentum"] for setting in settings], dtype=torch.double)
    paths = descent_path(
        lambda x: (curvatures * x**2).sum(-1) / 2,
        torch.tensor([[-10.0, 1.0]] * MANY, dtype=torch.double),
        found_rates[:, None],
        len(every[0]["path"]) - 1,
        momenta[:, None],
    )
    torch.testing.assert_close(
        torch.tensor([found["path"] for found in every], dtype=torch.double).transpose(0, 1),
        paths,
        rtol=1e-9,
        atol=1e-9,
    )
    counted = 0
    for setting, found in zip(settings, every, strict=True):
        rate, condition = found["rate"], setting["condition"]
        assert rate == pytest.approx(10 ** setting["power"])
        limit = 10_000 if found["stable"] else 300
        try:
            steps = steps_on_quadratic([1, condition], rate, setting["momentum"], limit=limit)
        except (ValueError, OverflowError):
            steps = None
        assert found["steps"] == steps, setting
        counted += steps is not None
    assert MANY / 4 < counted < MANY


def test_best_settings_in_a_ravine(run):
    conditions = list(range(1, 201))
    assert run("ravine", conditions, "bestRate") == pytest.approx([best_rate(1, each) for each in conditions])
    for found, each in zip(run("ravine", conditions, "bestHeavyBall"), conditions, strict=True):
        assert found == pytest.approx(best_heavy_ball(1, each))


def test_finite_differences(run):
    """To the last digit: both compute by sums, products and quotients, which IEEE 754 rounds in one way only."""
    chance = random.Random(0)
    settings = []
    for _ in range(MANY):
        precision = chance.choice(("double", "single"))
        power = chance.uniform({"double": -16, "single": -8}[precision], -1)
        settings.append({"power": power, "scheme": chance.choice(("forward", "central")), "precision": precision})
    refused = 0
    for setting, found in zip(settings, run("finite-differences", settings), strict=True):
        dtype = {"double": torch.double, "single": torch.float}[setting["precision"]]
        t = 0.5 + torch.arange(257, dtype=dtype) / 256
        try:
            error = median_error(
                lambda t: 1 / (1 + t * t),
                lambda t: (-2 * t) / ((1 + t * t) * (1 + t * t)),
                t,
                found["step"],
                setting["scheme"],
            )
        except ValueError:
            error = None
            refused += 1
        assert found["error"] == error, setting
    assert 0 < refused < MANY / 4


def test_dropout_masks(run):
    chance = random.Random(0)
    settings = [
        {
            "first": chance.randint(0, 19) / 20,
            "second": chance.randint(0, 19) / 20,
            "kind": chance.choice(("element", "channel")),
        }
        for _ in range(MANY)
    ]
    for setting, found in zip(settings, run("dropout-masks", settings), strict=True):
        masks = "ab" if setting["kind"] == "element" else "aa"
        laws = [mask_law(Fraction(str(setting[which])), masks) for which in ("first", "second")]
        none, (first, second) = Fraction(0), [probability_of_zeros(law, [0]) for law in laws]
        law = in_a_row(*laws)
        expected = {
            "kept": 1 - probability_of_zeros(law, [0]),
            "onlyFirst": first * (1 - second),
            "onlySecond": (1 - first) * second,
            "both": first * second,
            "rate": probability_of_zeros(law, [0]),
            "scale": max(factor for vector in law for factor in vector),
            "pair": probability_of_zeros(law, [0, 1]),
        }
        assert none <= expected["pair"] <= expected["rate"]
        assert found == pytest.approx({name: float(value) for name, value in expected.items()}, abs=1e-12), setting


DECODER = ("hidden", "hiddenBias", "pixels", "pixelsBias", "codes")


def decoder_of(parts: dict[str, list]) -> VAEs:
    vaes = VAEs(1, len(parts["pixelsBias"]), hidden=len(parts["hiddenBias"])).double().requires_grad_(False)
    for number, weights, biases in ((2, "hidden", "hiddenBias"), (3, "pixels", "pixelsBias")):
        vaes.weights[number].copy_(torch.tensor([parts[weights]], dtype=torch.double))
        vaes.biases[number].copy_(torch.tensor([[parts[biases]]], dtype=torch.double))
    return vaes


def test_latent_space(run):
    vaes = decoder_of({name: run("decoder", None, name) for name in DECODER})
    chance = random.Random(0)
    settings = [{"first": chance.uniform(-4, 4), "second": chance.uniform(-4, 4)} for _ in range(MANY)]
    expected = vaes.decode(torch.tensor([[[s["first"], s["second"]] for s in settings]], dtype=torch.double))[0]
    found = torch.tensor([each["image"] for each in run("latent-space", settings)], dtype=torch.double)
    torch.testing.assert_close(found, expected, rtol=0, atol=1e-12)


def test_the_decoder_in_the_browser_is_the_trained_one(run):
    """Trained again, here: rounded weights, and another processor's rounding, change a pixel by little."""
    spec = importlib.util.spec_from_file_location("decoder_of_blobs", ROOT / "docs" / "figures" / "decoder_of_blobs.py")
    written = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(written)
    vaes, codes = written.square()
    kept = {name: run("decoder", None, name) for name in DECODER}
    z = 4 * torch.rand(1, MANY, 2, generator=torch.Generator().manual_seed(0)) - 2
    assert (decoder_of(kept).decode(z.double()) - vaes.decode(z)).abs().max() < 0.05
    torch.testing.assert_close(torch.tensor(kept["codes"]), torch.tensor(codes), rtol=0, atol=0.05)
