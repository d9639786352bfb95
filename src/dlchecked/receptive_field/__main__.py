"""The table of a network's fields, and a picture, from the command line.

python -m dlchecked.receptive_field torchvision.models:resnet50 --input 1,3,224,224 --output layer4 --svg field.svg
"""

import argparse
import difflib
import importlib
import importlib.util
import inspect
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path
from types import ModuleType
from typing import Any

from torch import nn

from dlchecked.receptive_field import ReceptiveField, receptive_field
from dlchecked.receptive_field.errors import InvalidArgument, ReceptiveFieldError
from dlchecked.receptive_field.results.layer_table import Layer, as_text

_WIDER = "*"


def main(arguments: Sequence[str] | None = None) -> int:
    """Print what was asked for; 2 where that cannot be, with a sentence on the error stream."""
    options = _parser().parse_args(arguments)
    try:
        network = build(options.network)
        found = receptive_field(network, options.input, input=options.of, output=options.output)
        print(table(found))
        print(sentence(found, options.unit))
        if options.svg is not None:
            _save(found, options.unit, options.svg)
    except ReceptiveFieldError as error:
        print(f"{options.network}: {error}", file=sys.stderr)
        return 2
    except OSError as error:
        print(f"{options.svg}: {error.strerror or error}", file=sys.stderr)
        return 2
    except Exception as error:
        print(f"{options.network}: its forward fails: {_told(error)}", file=sys.stderr)
        return 2
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser("python -m dlchecked.receptive_field", description="Exact receptive fields.")
    parser.add_argument("network", help="torchvision.models:resnet50, or model.py:Net; run in eval mode")
    parser.add_argument(
        "--input",
        type=_integers,
        action="append",
        required=True,
        metavar="1,3,224,224",
        help=("(batch, channels, *spatial); once for every input of the forward"),
    )
    parser.add_argument("--of", type=int, default=0, metavar="0", help="which of several inputs is asked about")
    parser.add_argument("--output", metavar="layer4", help="a layer or a key; by default all that is returned")
    parser.add_argument("--unit", type=_integers, metavar="3,3", help="by default the middle unit")
    parser.add_argument("--svg", type=Path, metavar="FILE", help="draw what the unit sees")
    return parser


def _integers(text: str) -> tuple[int, ...]:
    try:
        return tuple(int(part) for part in text.split(","))
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} is no list of integers such as 1,3,224,224") from None


def build(network: str) -> nn.Module:
    """The module that is named, made without arguments, in eval mode.

    Raises:
        InvalidArgument: if there is none.
    """
    home, colon, name = network.rpartition(":")
    if not colon or not name:
        raise InvalidArgument(
            "a network is named by its home and its name, as in torchvision.models:resnet50 or model.py:Net"
        )
    found: Any = _imported(home)
    for part in name.split("."):
        if not hasattr(found, part):
            near = difflib.get_close_matches(part, [n for n in dir(found) if not n.startswith("_")], 3)
            hint = f"; did you mean {' or '.join(near)}?" if near else ""
            raise InvalidArgument(f"{home} has no {part!r}{hint}")
        found = getattr(found, part)
    if not isinstance(found, nn.Module):
        found = _made(name, found)
    module: nn.Module = found.eval()
    return module


def _imported(home: str) -> ModuleType:
    is_file = home.endswith(".py")
    if is_file and not Path(home).is_file():
        raise InvalidArgument(f"there is no file {home}")
    try:
        return _run_file(Path(home)) if is_file else importlib.import_module(home)
    except ModuleNotFoundError as error:
        raise InvalidArgument(f"there is no module {error.name!r}; is its package installed here?") from None
    except Exception as error:
        raise InvalidArgument(f"to import {home} fails: {_told(error)}") from error


def _run_file(path: Path) -> ModuleType:
    # By a name that no other module has.
    spec = importlib.util.spec_from_file_location(f"asked_{path.stem}", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    # A file may import its neighbours.
    sys.path.insert(0, str(path.resolve().parent))
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


def _made(name: str, maker: Any) -> nn.Module:
    if not callable(maker):
        raise InvalidArgument(f"{name} is a {type(maker).__name__}, neither a module nor what makes one")
    try:
        needed = [
            p.name
            for p in inspect.signature(maker).parameters.values()
            if p.default is p.empty and p.kind not in (p.VAR_POSITIONAL, p.VAR_KEYWORD)
        ]
    except (TypeError, ValueError):
        needed = []
    if needed:
        raise InvalidArgument(
            f"{name} needs arguments ({', '.join(needed)}); a function without any that makes it would be right"
        )
    try:
        made = maker()
    except Exception as error:
        raise InvalidArgument(f"{name}() fails: {_told(error)}") from error
    if not isinstance(made, nn.Module):
        raise InvalidArgument(f"{name}() is a {type(made).__name__}, no module")
    return made


def _told(error: Exception) -> str:
    return f"{type(error).__name__}: {error}"


def table(found: ReceptiveField) -> str:
    """All steps; those whose fields exceed the input are marked."""
    lengths = found.input_shape[2:]
    layers = list(_with_progress(found.layers))
    wider = [
        any(size is not None and size > n for size, n in zip(layer.size, lengths, strict=True)) for layer in layers
    ]
    text = as_text(layers, [_WIDER if mark else "" for mark in wider])
    return f"{text}\n{_WIDER} the field exceeds the input\n" if any(wider) else f"{text}\n"


def _with_progress(layers: Sequence[Layer]) -> Iterable[Layer]:
    """The layers; where that takes longer than a second, and tqdm is there, a bar tells how far it is."""
    try:
        tqdm: Any = importlib.import_module("tqdm").tqdm
    except ModuleNotFoundError:
        return layers
    bar: Iterable[Layer] = tqdm(layers, delay=1, leave=False, unit="layer")
    return bar


def sentence(found: ReceptiveField, unit: Sequence[int] | None) -> str:
    """What one unit sees, and what holds for all."""
    chosen = tuple(n // 2 for n in found.output_shape[2:]) if unit is None else tuple(unit)
    interval = found.interval(chosen)
    spans = "nothing" if interval is None else ", ".join(f"{first} to {last}" for first, last in interval)
    count = found.count(chosen)
    return f"{found!r}\nunit {chosen} sees {spans}: {count:,} position{'' if count == 1 else 's'}"


def _save(found: ReceptiveField, unit: Sequence[int] | None, path: Path) -> None:
    axes = found.draw(unit)
    axes.figure.savefig(path, format="svg", bbox_inches="tight", metadata={"Date": None})


if __name__ == "__main__":
    sys.exit(main())
