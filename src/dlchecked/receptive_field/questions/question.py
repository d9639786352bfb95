"""What was asked: arguments checked, and a module of several inputs or outputs made one of a single tensor."""

import difflib
import inspect
import reprlib
from collections.abc import Callable, Iterable, Mapping
from typing import Any, NamedTuple

import torch
from torch import nn

from dlchecked.receptive_field.errors import InvalidArgument
from dlchecked.receptive_field.results.indices import whole
from dlchecked.receptive_field.rules.arguments import MOST_POSITIONS
from dlchecked.receptive_field.tracing.tensor import is_traced

Shape = tuple[int, ...]
# How an output is picked: by a function, the name of a layer, a key, or a number.
Output = Callable[[Any], Any] | str | int | None


class Question(NamedTuple):
    """A module that takes one tensor of a shape, and what picks the output among those that it returns."""

    module: nn.Module
    shape: Shape
    output: Callable[[Any], Any] | None


def question(module: object, input_shape: object, input: object = 0, output: object = None) -> Question:  # noqa: A002
    """The question in its simplest form.

    Raises:
        InvalidArgument: if an argument cannot be right.
    """
    if not isinstance(module, nn.Module):
        kind = "class" if isinstance(module, type) else type(module).__name__
        raise InvalidArgument(f"the first argument is an nn.Module; got a {kind}: {reprlib.repr(module)}")
    several = _is_several(input_shape)
    shapes = [shape_of(shape) for shape in input_shape] if several else [shape_of(input_shape)]  # type: ignore[attr-defined]
    place = whole(input)
    if place is None or not 0 <= place < len(shapes):
        raise InvalidArgument(f"input says which of the {len(shapes)} inputs is asked about, from 0 on; got {input!r}")
    _expect_inputs(module, shapes)
    if not (output is None or isinstance(output, str) or callable(output) or whole(output) is not None):
        raise InvalidArgument(
            "output is a function that picks one tensor, the name of a layer, a key or a number; as in "
            f'output="layer4"; got {output!r}'
        )
    if isinstance(output, nn.Module):
        name = next((name for name, part in module.named_modules() if part is output), None)
        if name is not None:
            raise InvalidArgument(
                f"output is the name of a layer, not the layer itself: output={name!r} would be right"
            )
    if several or isinstance(output, str | int):
        by_name = output if isinstance(output, str | int) else None
        module, output = Asked(module, shapes, place, by_name), None if by_name is not None else output
    return Question(module, shapes[place], output)  # type: ignore[arg-type]


def _is_several(input_shape: object) -> bool:
    return isinstance(input_shape, tuple | list) and any(isinstance(n, tuple | list) for n in input_shape)


def shape_of(input_shape: Any) -> Shape:
    """The shape of one input.

    Raises:
        InvalidArgument: if there is no such tensor, or none that has fields.
    """
    if isinstance(input_shape, torch.Tensor) and input_shape.dim() != 1:
        raise InvalidArgument(f"input_shape is a shape, and no tensor; {tuple(input_shape.shape)} would be right")
    sizes = [whole(n) for n in input_shape] if isinstance(input_shape, Iterable) else [None]
    shape = tuple(n for n in sizes if n is not None and n > 0)
    if len(shape) < len(sizes):
        raise InvalidArgument(f"input_shape is (batch, channels, *spatial), positive integers; got {input_shape!r}")
    if len(shape) < 3:
        raise InvalidArgument(
            f"input_shape is (batch, channels, *spatial), as in (1, 3, 224, 224); got {shape}, "
            "which leaves no spatial axis"
        )
    if max(shape) > MOST_POSITIONS:
        raise InvalidArgument(
            f"input_shape has up to {MOST_POSITIONS:,} positions along an axis; got {shape}. Once an input is larger "
            "than a field, neither size nor stride depends on it"
        )
    return shape


def _expect_inputs(module: nn.Module, shapes: list[Shape]) -> None:
    """Refuse another number of inputs than the forward takes.

    Raises:
        InvalidArgument: if some are missing, or too many.
    """
    try:
        parameters = inspect.signature(module.forward).parameters.values()
    except (TypeError, ValueError):
        return
    kinds = [p.kind for p in parameters]
    by_place = [p for p in parameters if p.kind in (p.POSITIONAL_ONLY, p.POSITIONAL_OR_KEYWORD)]
    needed = [p.name for p in by_place if p.default is p.empty]
    kind = type(module).__name__
    if len(needed) > len(shapes):
        example = ", ".join(str(shapes[0]) for _ in needed)
        raise InvalidArgument(
            f"the forward of {kind} takes {len(needed)} inputs ({', '.join(needed)}), and there is "
            f"the shape of {len(shapes)}; a tuple of shapes would be right, as in input_shape=({example}), and input=0 "
            "to ask about the first"
        )
    if len(by_place) < len(shapes) and inspect.Parameter.VAR_POSITIONAL not in kinds:
        raise InvalidArgument(f"the forward of {kind} takes {len(by_place)} inputs, and there are {len(shapes)} shapes")
    named = [p.name for p in parameters if p.kind is p.KEYWORD_ONLY and p.default is p.empty]
    if named:
        raise InvalidArgument(
            f"the forward of {kind} takes {', '.join(named)} by name; a module that gives it that would be right"
        )


class Asked(nn.Module):
    """A module asked about one of its inputs, or about an output that has a name."""

    def __init__(self, module: nn.Module, shapes: list[Shape], place: int, output: str | int | None) -> None:
        """``place`` is that of the input among all; the others depend on nothing."""
        super().__init__()
        self.asked_module = module
        self.shapes = shapes
        self.place = place
        self.output = output
        self.train(module.training)

    def train(self, mode: bool = True) -> "Asked":
        """Of its parts, each has a mode of its own."""
        self.training = mode
        return self

    def forward(self, x: Any) -> Any:
        """The output that was asked for.

        Raises:
            InvalidArgument: if there is none of that name.
        """
        generator = torch.Generator().manual_seed(1)
        inputs = [x if i == self.place else _other(x, shape, generator) for i, shape in enumerate(self.shapes)]
        layer = self._layer()
        returned: list[Any] = []
        hook = (
            None
            if layer is None
            else layer.register_forward_hook(lambda *call: returned.append(_as_returned(call[-1])))
        )
        try:
            found = self.asked_module(*inputs)
        finally:
            if hook is not None:
                hook.remove()
        if self.output is None:
            return found
        if isinstance(found, Mapping) and self.output in found:
            return found[self.output]
        if layer is not None:
            if not returned:
                raise InvalidArgument(f"output={self.output!r} is a layer that the forward does not call")
            return returned[-1]
        count = len(found) if isinstance(found, tuple | list) else 0
        if isinstance(self.output, int) and -count <= self.output < count:
            return found[self.output]
        raise InvalidArgument(self._missing(found))

    def _layer(self) -> nn.Module | None:
        return dict(self.asked_module.named_modules()).get(self.output) if self.output else None

    def _missing(self, found: Any) -> str:
        kind = type(self.asked_module).__name__
        if isinstance(self.output, int):
            what = f"{len(found)} outputs" if isinstance(found, tuple | list) else "one tensor"
            return f"output={self.output}: {kind} returns {what}"
        names = [name for name, _ in self.asked_module.named_modules() if name]
        names += [str(key) for key in found] if isinstance(found, Mapping) else []
        near = difflib.get_close_matches(str(self.output), names, 3, 0.5) or names[:3]
        listed = f"; did you mean {' or '.join(map(repr, near))}?" if near else ""
        return f"output={self.output!r}: {kind} has no layer of that name, and returns none{listed}"


def _as_returned(found: Any) -> Any:
    """What a layer returned, as it was before the forward went on and wrote to it."""
    if is_traced(found):
        return found.same()
    if isinstance(found, torch.Tensor):
        return found.clone()
    return type(found)(map(_as_returned, found)) if type(found) in (tuple, list) else found


def _other(x: Any, shape: Shape, generator: torch.Generator) -> Any:
    """An input that is not asked about."""
    if is_traced(x):
        return x.new_empty(shape)
    return (torch.rand(shape, generator=generator, dtype=torch.float64) + 0.5).to(x.device, x.dtype)
