"""The fields after every step of a forward, as a table."""

from collections.abc import Iterator, Sequence
from functools import cached_property
from html import escape
from typing import NamedTuple, overload

from dlchecked.receptive_field.axis.unbounded import Unbounded
from dlchecked.receptive_field.results.fields import Fields, Stride
from dlchecked.receptive_field.tracing.trace import Step, Trace


class Layer(NamedTuple):
    """One step of a forward: tuples have one entry for each spatial axis of the input.

    Attributes:
        name: path of the module that took the step.
        kind: class of a layer of torch; otherwise the operation.
        size, stride, start: as those of the receptive field, None where fields follow no rule without borders.
        output_shape: shape of what came out.
    """

    name: str
    kind: str
    size: tuple[int | None, ...]
    stride: tuple[Stride, ...]
    start: tuple[int | None, ...]
    output_shape: tuple[int, ...]


class Layers(Sequence[Layer]):
    """The steps of a forward, in order; computed when asked for."""

    def __init__(self, steps: Sequence[Step], names: dict[int, str], lengths: Sequence[int]) -> None:
        """``names`` are the paths of the modules by their ids, ``lengths`` the input's spatial shape."""
        self._steps = steps
        self._names = names
        self._lengths = tuple(lengths)

    @cached_property
    def _rows(self) -> list[Layer]:
        return list(self)

    @cached_property
    def labels(self) -> list[str]:
        """How each step is called in messages; the input, at index −1, comes last."""
        return [self._label(step) for step in self._steps] + ["input"]

    def _label(self, step: Step) -> str:
        name, kind = self._name(step), kind_of(step)
        return f"{name} ({kind})" if name else kind

    def _name(self, step: Step) -> str:
        return self._names.get(id(step.module), "") if step.module is not None else ""

    def _row(self, step: Step) -> Layer:
        fields = Fields(step.layout, self._lengths)
        return Layer(
            self._name(step),
            kind_of(step),
            tuple(None if rule is None else rule.size for rule in fields.rules),
            tuple(None if rule is None else rule.stride for rule in fields.rules),
            tuple(_start(rule) for rule in fields.rules),
            step.layout.shape,
        )

    @overload
    def __getitem__(self, index: int) -> Layer: ...
    @overload
    def __getitem__(self, index: slice) -> list[Layer]: ...
    def __getitem__(self, index: int | slice) -> Layer | list[Layer]:
        return self._rows[index]

    def __len__(self) -> int:
        return len(self._steps)

    def __iter__(self) -> Iterator[Layer]:
        # Row by row, so that somebody may tell how far it is.
        return iter(self.__dict__["_rows"]) if "_rows" in self.__dict__ else map(self._row, self._steps)

    def _cells(self) -> list[tuple[str, ...]]:
        return [tuple(_cell(value) for value in row) for row in self._rows]

    def __str__(self) -> str:
        return as_text(self._rows)

    __repr__ = __str__

    def _repr_html_(self) -> str:
        def row(cells: Sequence[str], tag: str) -> str:
            return "<tr>" + "".join(f"<{tag}>{escape(cell)}</{tag}>" for cell in cells) + "</tr>"

        body = "".join(row(cells, "td") for cells in self._cells())
        return f"<table><thead>{row(_TITLES, 'th')}</thead><tbody>{body}</tbody></table>"


_TITLES = ("name", "kind", "size", "stride", "start", "output shape")


def as_text(layers: Sequence[Layer], marks: Sequence[str] = ()) -> str:
    """The rows of a table, each with a mark at its end if there are any."""
    rows = [_TITLES, *(tuple(_cell(value) for value in layer) for layer in layers)]
    widths = [max(len(row[column]) for row in rows) for column in range(len(_TITLES))]
    lines = ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)) for row in rows]
    ends = ["", *(marks or [""] * len(layers))]
    return "\n".join(f"{line}  {end}".rstrip() for line, end in zip(lines, ends, strict=True))


def _cell(value: object) -> str:
    if not isinstance(value, tuple):
        return str(value)
    return "×".join("–" if part is None else str(part) for part in value)


def _start(rule: Unbounded | None) -> int | None:
    span = None if rule is None else rule.span(0)
    return None if span is None else span[0]


def kind_of(step: Step) -> str:
    """The class of a layer of torch; for anything else, the operation."""
    module = step.module
    if module is None or not type(module).__module__.startswith("torch.nn.") or any(True for _ in module.children()):
        return step.operation
    return type(module).__name__


def layer_table(trace: Trace | None, lengths: Sequence[int]) -> Layers:
    """The table of a finished run; an empty one where there was none."""
    return Layers([], {}, lengths) if trace is None else Layers(trace.steps, trace.names(), lengths)
