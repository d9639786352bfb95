"""One run of a forward: what it called, in which module and on which line, and where branches met."""

import linecache
import sys
from collections.abc import Sequence
from functools import cached_property
from types import FrameType
from typing import Any, NamedTuple
from weakref import WeakValueDictionary

import torch
from torch import nn

from dlchecked.receptive_field.errors import UnknownOperation
from dlchecked.receptive_field.layouts.box import AnyLayout, layout_of
from dlchecked.receptive_field.layouts.layout import Layout
from dlchecked.receptive_field.tracing.meetings import Join, Meeting, meetings
from dlchecked.receptive_field.tracing.values import Known


class Origin(NamedTuple):
    """How a tensor that may share memory with another was made of that: as which of all that a function returned."""

    base: "Traced"
    number: int
    rule: Any
    function: Any
    options: tuple[Any, ...]
    kwargs: Any


class Traced:
    """What a run keeps of a tensor.

    Attributes:
        kept: what its elements depend on: a layout, or something quicker that stands for one.
        shape: the shape.
        known: what is known of some of its values.
        source: the number of the step that it came from, −1 for the input.
        run: the run that it belongs to.
        aliases: the tensors that share its memory, itself included; None if it was never viewed.
        origin: how it was made, if it may be a view.
        boolean: whether it holds booleans, of what is known of all values: a mask.
    """

    kept: AnyLayout
    shape: torch.Size
    known: Known | None
    run: "Trace"
    source: int
    aliases: "WeakValueDictionary[int, Traced] | None"
    origin: Origin | None = None
    boolean: bool = False


class Step(NamedTuple):
    """One call of the forward and what came out of it."""

    module: nn.Module | None
    operation: str
    layout: Layout


class Trace:
    """The record that all tensors of one run share."""

    def __init__(self, module: nn.Module) -> None:
        """The module about to run."""
        self.module = module
        # What runs is a copy.
        self.originals: dict[int, nn.Module] = {}
        # How many dimensions the module's input has.
        self.rank = 0
        # What a forward has been refused: it may catch the error, and go on as it would not in earnest.
        self.refused: Exception | None = None
        self.calls: list[tuple[nn.Module | None, str, AnyLayout]] = []
        self._joins: list[tuple[int, Sequence[int], Sequence[AnyLayout]]] = []

    def record(self, operation: str, output: "Traced", frame: FrameType) -> None:
        """Note one finished call, made in or below a frame."""
        self.note(owner(frame), operation, output)

    def note(self, module: nn.Module | None, operation: str, output: "Traced") -> None:
        """Note one finished call of a module."""
        calls = self.calls
        output.source = len(calls)
        calls.append((module, operation, output.kept))

    @cached_property
    def example(self) -> torch.Tensor:
        """A parameter, whose dtype and device the tensors of the run pretend to have."""
        return next(self.module.parameters(), torch.empty(0))

    @cached_property
    def dtype(self) -> torch.dtype:
        """That of the example."""
        return self.example.dtype

    @property
    def steps(self) -> list[Step]:
        """All finished calls, in order."""
        return [Step(module, operation, layout_of(kept)) for module, operation, kept in self.calls]

    def join(self, sources: Sequence[int], unions: Sequence[AnyLayout]) -> None:
        """Note that the next call joins branches that came from some steps."""
        self._joins.append((len(self.calls), sources, unions))

    @cached_property
    def meetings(self) -> list[Meeting]:
        """Where branches of different centre or stride met."""
        return meetings([Join(*join) for join in self._joins])

    def begin(self, originals: dict[int, nn.Module]) -> None:
        """Before a copy runs, learn by the ids of its modules what they were made of."""
        self.calls, self._joins, self.originals, self.refused = [], [], originals, None

    def end(self) -> None:
        """After the run, let the calls be those of the modules that its user knows."""
        originals = self.originals
        self.calls = [(originals.get(id(module), module), operation, kept) for module, operation, kept in self.calls]
        self.originals = {}

    def names(self) -> dict[int, str]:
        """The path of every module, by its id, without what the compiler puts between."""
        named = self.module.named_modules()
        return {
            id(module): path.replace("_orig_mod.", "").removeprefix("asked_module").lstrip(".")
            for path, module in named
        }


def owner(frame: FrameType | None) -> nn.Module | None:
    """The module whose forward is running in or above a frame."""
    while frame is not None:
        if frame.f_code.co_name == "forward":
            found = frame.f_locals.get("self") or _first_argument(frame)
            if isinstance(found, nn.Module):
                return found
        frame = frame.f_back
    return None


def _first_argument(frame: FrameType) -> Any:
    code = frame.f_code
    return frame.f_locals.get(code.co_varnames[0]) if code.co_argcount else None


def location(trace: Trace) -> str:
    """Where the forward stands: the path of the layer, and the line of code outside torch that led there."""
    frame: FrameType | None = sys._getframe(1)
    module = owner(frame)
    module = trace.originals.get(id(module), module)
    path = trace.names().get(id(module), "") if module is not None else ""
    where = (
        f"in {path!r} ({type(module).__name__})"
        if path
        else f"in the forward of {type(module or trace.module).__name__}"
    )
    while frame is not None:
        if not is_ours(frame) and not f"{_home(frame)}.".startswith("torch."):
            return f"{where}, {_line(frame, frame.f_lineno)}"
        if frame.f_code.co_name == "run_forward":
            break
        frame = frame.f_back
    return where


def is_ours(frame: FrameType) -> bool:
    """Whether a frame runs code of this library, and none of a forward's."""
    return _home(frame).startswith(__name__.rsplit(".", 2)[0])


def _home(frame: FrameType) -> str:
    return str(frame.f_globals.get("__name__", ""))


def refusal(trace: Trace, name: str, reason: str) -> UnknownOperation:
    """What to raise for a call of torch that the run refuses."""
    error = UnknownOperation(
        f"torch's {name} {reason}\n  {location(trace)}\n"
        '  receptive_field(..., method="numeric") measures such a module on a copy instead'
    )
    trace.refused = error
    return error


def place(error: BaseException) -> str:
    """The last line of code outside torch that an error has come through."""
    found, traceback = "", error.__traceback__
    while traceback is not None:
        frame = traceback.tb_frame
        if not _home(frame).startswith("torch."):
            found = _line(frame, traceback.tb_lineno)
        traceback = traceback.tb_next
    return found


def _line(frame: FrameType, number: int) -> str:
    path = frame.f_code.co_filename
    source = linecache.getline(path, number, frame.f_globals).strip()
    return f"line {number} of {path}" + (f": {source}" if source else "")
