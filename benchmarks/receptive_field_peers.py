"""Whether tools for receptive fields say the right size of twenty networks, and how long they take beside ours.

Each tool is asked for the size of the field alone, which all of them give. "Right" is the size of the table in
tests/dlchecked/receptive_field/twenty_networks.py along every axis; "wrong" is any other answer; "refused" is an error,
or no answer about the network as a whole. The gradient is that of the middle unit under the network's own random
weights, on an image that is larger than the field.

Needs torch, torchvision, netharn 0.6.2, ubelt, six, torchscan 0.2.0, rfa_toolbox 1.7.0 and graphviz, best in an
environment of its own:

    pip install --ignore-requires-python netharn==0.6.2 ubelt six torchscan==0.2.0 rfa_toolbox==1.7.0 graphviz
    PYTHONPATH=src python benchmarks/receptive_field_peers.py
"""

import collections
import importlib
import time
import warnings
from collections.abc import Callable, Sequence
from statistics import median

import torch
from receptive_field import NETWORKS, load_peer, sys
from torch import nn

from dlchecked.receptive_field import receptive_field

# rfa_toolbox asks for a Python in which this name still was.
collections.Sequence = Sequence

Size = tuple[int, ...]
Ask = Callable[[nn.Module, Size], Size]


def ours(module: nn.Module, shape: Size) -> Size:
    """The answer of this library."""
    return receptive_field(module, shape).size


def netharn() -> Ask:
    """Its analysis of known layers."""
    peer = load_peer()

    def ask(module: nn.Module, shape: Size) -> Size:
        found = peer(module)()
        return tuple(int(n) for n in found["shape"])

    return ask


def rfa() -> Ask:
    """Its graph, made of a scripted forward; size only, square or not."""
    create = importlib.import_module("rfa_toolbox").create_graph_from_pytorch_model

    def ask(module: nn.Module, shape: Size) -> Size:
        found = create(module, input_res=shape).all_layers[-1].receptive_field_max
        return tuple(map(int, found)) if isinstance(found, Sequence) else (int(found),) * (len(shape) - 2)

    return ask


def torchscan() -> Ask:
    """Its report, which tells the field of each module by itself."""
    crawl = importlib.import_module("torchscan").crawl_module

    def ask(module: nn.Module, shape: Size) -> Size:
        value = crawl(module, shape[1:])["totals"]["receptive_field"]["value"]
        return (int(value),) * (len(shape) - 2)

    return ask


def gradient(module: nn.Module, shape: Size) -> Size:
    """The box of what is not zero in the gradient of the middle unit."""
    truth = receptive_field(module, shape).size
    # Larger than the field; where all of the image is seen, that is the image.
    lengths = tuple(n if size == n else -(-(size + 128) // 64) * 64 for size, n in zip(truth, shape[2:], strict=True))
    x = torch.randn(*shape[:2], *lengths, requires_grad=True)
    out = module(x)
    out[(slice(None), slice(None), *(n // 2 for n in out.shape[2:]))].sum().backward()
    assert x.grad is not None
    seen = (x.grad != 0).any(0).any(0).nonzero()
    return tuple(int(n) for n in seen.amax(0) - seen.amin(0) + 1)


def asked(ask: Ask, module: nn.Module, shape: Size, truth: Size) -> tuple[str, float]:
    """Right, wrong or refused, and milliseconds."""
    times = []
    try:
        for _ in range(3):
            start = time.thread_time()
            found = ask(module, shape)
            times.append(1000 * (time.thread_time() - start))
            if sum(times) > 2000:
                break
    except Exception as error:  # a tool may fail in any way
        return f"refused ({type(error).__name__}: {str(error).splitlines()[0][:60] if str(error) else ''})", float(
            "nan"
        )
    # Of one axis, some say the same twice.
    found = found[: len(truth)]
    return ("right" if found == truth else f"wrong {found}"), min(times)


def main() -> None:
    """A row for each network, and the counts."""
    warnings.simplefilter("ignore")
    torch.set_num_threads(1)
    tools: dict[str, Ask] = {
        "ours": ours,
        "netharn": netharn(),
        "rfa_toolbox": rfa(),
        "torchscan": torchscan(),
        "gradient": gradient,
    }
    sys.path.insert(0, str(NETWORKS))
    counts = {tool: collections.Counter[str]() for tool in tools}
    ratios: dict[str, list[float]] = {tool: [] for tool in tools}
    for name, network in importlib.import_module("twenty_networks").NETWORKS.items():
        torch.manual_seed(0)
        module = network.make().eval()
        row = {tool: asked(ask, module, network.shape, network.size) for tool, ask in tools.items()}
        for tool, (verdict, spent) in row.items():
            counts[tool][verdict.split()[0]] += 1
            if verdict == "right":
                ratios[tool].append(spent / row["ours"][1])
        print(f"{name:40}" + "  ".join(f"{tool} {verdict} {spent:.2f} ms" for tool, (verdict, spent) in row.items()))
    for tool, count in counts.items():
        times = f"{median(ratios[tool]):.0f} times as long as ours" if ratios[tool] else ""
        print(f"{tool:12} right {count['right']:2} wrong {count['wrong']:2} refused {count['refused']:2}  {times}")


if __name__ == "__main__":
    main()
