"""How long receptive fields take, beside the fastest correct peer and beside a real forward.

The peer is netharn 0.6.2's ``ReceptiveFieldFor`` (PyPI): sequences of known layers and torchvision's ResNets,
size, stride and offset only. Its package pulls in a training stack, so only its analytic modules are loaded.
Ours is the complete answer: the exact interval of every unit along both axes, and all layers.

The floor is a forward without any answer to speak of: the module's own, run on an object that torch asks about
every operation and that keeps size, stride and start of one axis. Layers that answer by themselves can go below it.

All run in one process, in turns, and what is counted is processor time, so that a busy machine slows all alike.
Needs torch, torchvision, netharn, ubelt and six, best in an environment of its own:

    PYTHONPATH=src python benchmarks/receptive_field.py
"""

import argparse
import importlib
import sys
import time
import types
from collections.abc import Callable
from importlib.metadata import distribution
from pathlib import Path
from statistics import median

import torch
from torch import nn

from dlchecked.receptive_field import receptive_field

NETWORKS = Path(__file__).parents[1] / "tests" / "dlchecked" / "receptive_field"
TARGETS = {"ResNet-50": 1.0, "VGG-16": 1.0, "MobileNet-v1": 1.0}


def load_peer() -> Callable[[nn.Module], Callable[[], object]]:
    """Netharn's analysis without netharn."""
    sys.path.insert(0, str(NETWORKS))
    importlib.import_module("torchvision_operators")
    for name in ("netharn", "netharn.analytic"):
        package = types.ModuleType(name)
        package.__path__ = [str(distribution("netharn").locate_file(name.replace(".", "/")))]
        sys.modules[name] = package
    peer = importlib.import_module("netharn.analytic.receptive_field_for").ReceptiveFieldFor
    return lambda module: peer(module)


def networks() -> dict[str, nn.Module]:
    """The networks, as wide as they were published."""
    twenty = importlib.import_module("twenty_networks")
    models = importlib.import_module("torchvision.models")
    return {
        "the question's net": twenty.question_net(),
        "VGG-16": models.vgg16().features,
        "ResNet-50": nn.Sequential(*list(models.resnet50().eval().children())[:-2]),
        "MobileNet-v1": flattened(twenty.mobilenet()),
        "Inception-v3": twenty.inception_v3(),
    }


def flattened(module: nn.Module) -> nn.Sequential:
    """One sequence of layers, as the peer wants it."""
    return nn.Sequential(*[part for part in module.modules() if not list(part.children())])


def warm(calls: dict[str, Callable[[], object]], seconds: float) -> dict[str, list[float]]:
    """Milliseconds of many calls, in turns, the first few left out."""
    times: dict[str, list[float]] = {name: [] for name in calls}
    for call in calls.values():
        call()
        call()
    end = time.perf_counter() + seconds
    while time.perf_counter() < end:
        for name, call in calls.items():
            start = time.thread_time()
            call()
            times[name].append(1000 * (time.thread_time() - start))
    return times


def complete(module: nn.Module, size: int) -> Callable[[], object]:
    """Every unit's interval on both axes."""

    def ask() -> object:
        found = receptive_field(module, (1, 3, size, size))
        return found.size, found.stride, found.start, found.bounds(0), found.bounds(1)

    return ask


class Bare:
    """The least that a run can be made of: a shape, and size, stride and start along one axis."""

    __slots__ = ("affine", "shape")
    __class__ = property(lambda self: torch.Tensor)

    def __init__(self, shape: torch.Size, affine: tuple[int, int, int]) -> None:
        """Made for every operation."""
        self.shape = shape
        self.affine = affine

    @classmethod
    def __torch_function__(
        cls, function: object, types: object, args: tuple = (), kwargs: dict | None = None
    ) -> "Bare":
        """Only convolutions change anything; that poolings do as well makes no difference to the time."""
        x = args[0] if type(args[0]) is Bare else args[0][0]
        size, stride, start = x.affine
        if function is torch.conv2d:
            reach = (args[1].shape[2] - 1) * args[5][0]
            affine = (size + reach * stride, stride * args[3][0], start - args[4][0] * stride)
            return Bare(x.shape, affine)
        return Bare(x.shape, x.affine)

    def dim(self) -> int:
        """Batch norms ask."""
        return 4

    def __iadd__(self, other: "Bare") -> "Bare":
        return Bare(self.shape, max(self.affine, other.affine))


def floor(module: nn.Module, size: int) -> Callable[[], object]:
    """The module's own forward on such an object."""
    image = Bare(torch.Size((1, 3, size, size)), (1, 1, 0))
    return lambda: module(image)


def compare(seconds: float) -> list[str]:
    """One line a network; the names of those that miss their target."""
    peer, missed = load_peer(), []
    print("complete answer at 224 × 224, ms: min and median")
    for name, module in networks().items():
        calls = {"ours": complete(module, 224), "floor": floor(module, 224)}
        if name != "Inception-v3":
            calls["netharn"] = lambda module=module: peer(module)()
        times = warm(calls, seconds)
        line = "  ".join(f"{who} {min(t):8.3f} {median(t):8.3f}" for who, t in times.items())
        ratio = f"  ours / floor {min(times['ours']) / min(times['floor']):.2f}"
        if "netharn" in times:
            value = min(times["ours"]) / min(times["netharn"])
            ratio += f"  ours / netharn {value:.2f}"
            if name in TARGETS and value > TARGETS[name]:
                missed.append(name)
        print(f"{name:20}{line}{ratio}")
    return missed


def forward_share(seconds: float) -> list[str]:
    """Inception-v3 beside its own forward."""
    module = networks()["Inception-v3"]
    image = torch.rand(1, 3, 299, 299)

    @torch.no_grad()
    def forward() -> object:
        return module(image)

    times = warm({"ours": complete(module, 299), "forward": forward}, 3 * seconds)
    ours, real = min(times["ours"]), min(times["forward"])
    print(
        f"\nInception-v3 at 299: ours {ours:.2f} ms, a real forward {real:.1f} ms; 1 % + 2 ms is {0.01 * real + 2:.2f}"
    )
    return ["Inception-v3"] if ours > 0.01 * real + 2 else []


def growth(seconds: float) -> None:
    """What larger images cost."""
    print("\nsize of the image, ms")
    for name, module in networks().items():
        if name == "Inception-v3":
            continue
        row = [min(warm({"ours": complete(module, n)}, seconds)["ours"]) for n in (224, 512, 1024, 2048, 4096)]
        print(f"{name:20}" + "  ".join(f"{value:8.3f}" for value in row) + "   at 224, 512, 1024, 2048, 4096")


def least(call: Callable[[], object], times: int = 5) -> float:
    """Milliseconds of the quickest of some calls."""
    call()
    found = []
    for _ in range(times):
        start = time.thread_time()
        call()
        found.append(1000 * (time.thread_time() - start))
    return min(found)


def deeper() -> None:
    """What more layers and more branches cost; twice as many should cost twice as much."""
    image = (1, 4, 64, 64)
    print("\nchains and dense blocks, ms, and microseconds a layer")
    for layers in (125, 250, 500, 1000):
        chain = nn.Sequential(*[nn.Conv2d(4, 4, 3, padding=1, device="meta") for _ in range(layers)])
        report(f"chain of {layers}", least(lambda chain=chain: receptive_field(chain, image)), layers)
        walked = Residual(layers)
        report(f"residual of {layers}", least(lambda walked=walked: receptive_field(walked, image)), layers)
    for layers in (64, 160, 256):
        block = Dense(layers)
        report(f"dense block of {layers}", least(lambda block=block: receptive_field(block, image)), layers)


def report(name: str, milliseconds: float, layers: int) -> None:
    """One line."""
    print(f"{name:24}{milliseconds:9.2f}{1000 * milliseconds / layers:9.1f}")


class Residual(nn.Module):
    """Every convolution with a skip."""

    def __init__(self, layers: int) -> None:
        """Weights without memory will do."""
        super().__init__()
        self.layers = nn.ModuleList(nn.Conv2d(4, 4, 3, padding=1, device="meta") for _ in range(layers))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """Added one after the other."""
        for layer in self.layers:
            x = x + layer(x)
        return x


class Dense(nn.Module):
    """Every convolution reads the outputs of all before it."""

    def __init__(self, layers: int) -> None:
        """Weights without memory will do."""
        super().__init__()
        self.layers = nn.ModuleList(
            nn.Conv2d(4 * (layer + 1), 4, 3, padding=1, device="meta") for layer in range(layers)
        )

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """Side by side."""
        for layer in self.layers:
            x = torch.cat([x, layer(x)], 1)
        return x


def classifiers() -> None:
    """All of torchvision's, the slowest first, and how often ResNet-50's floor would fit into each."""
    models = importlib.import_module("torchvision.models")
    yardstick = floor(networks()["ResNet-50"], 224)
    rows = []
    for name in models.list_models(module=models):
        try:
            with torch.device("meta"):
                network = models.get_model(name).eval()
        except NotImplementedError:
            network = models.get_model(name).eval()
        size = 299 if name == "inception_v3" else 224
        ours = least(lambda network=network, size=size: receptive_field(network, (1, 3, size, size)), 3)
        rows.append((ours / least(yardstick, 3), ours, name))
    print("\ntorchvision's classifiers: times the floor of ResNet-50, ms")
    for ratio, ours, name in sorted(rows, reverse=True):
        print(f"{name:24}{ratio:8.1f}{ours:9.2f}")


def main() -> int:
    """Print all comparisons; 1 if a target is missed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=2.0, help="for each comparison")
    options = parser.parse_args()
    torch.set_num_threads(1)
    missed = compare(options.seconds) + forward_share(options.seconds)
    growth(options.seconds / 4)
    deeper()
    classifiers()
    print("\nmissed: " + (", ".join(missed) or "none"))
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
