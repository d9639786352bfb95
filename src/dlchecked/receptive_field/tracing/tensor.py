"""The stand-in for a tensor with which a forward is run: a shape, and what every element depends on."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, NoReturn, TypeGuard, cast

import torch
from torch import Size

from dlchecked.receptive_field.axis.windows import Window
from dlchecked.receptive_field.errors import UnknownOperation, ValueDependence
from dlchecked.receptive_field.layouts.box import AnyLayout, BoxLayout, boxed, layout_of
from dlchecked.receptive_field.layouts.concatenation import Concatenated
from dlchecked.receptive_field.layouts.layout import Layout, select
from dlchecked.receptive_field.layouts.patchwork import patched
from dlchecked.receptive_field.layouts.propagation import Memo, mix, slide, slide_all
from dlchecked.receptive_field.layouts.terms import Terms
from dlchecked.receptive_field.tracing.trace import Trace, Traced, location
from dlchecked.receptive_field.tracing.values import certain


def _as_parameters(name: str) -> Any:
    return property(lambda self: getattr(self.run.example, name))


if TYPE_CHECKING:
    # What it says of itself has other types than what a tensor says, so for the types it is a class of its own.
    _Tensor = object
else:
    _Tensor = torch.Tensor


class TracedTensor(Traced, _Tensor):
    """A tensor without values, and without memory: torch knows its shape, and asks here about everything else.

    To torch's C++ code it is a tensor of the device "meta", which takes no values from anywhere and gives none away.

    Attributes:
        kept: what its elements depend on: a layout, or something quicker that stands for one.
        shape: the shape, as torch has it.
        run: the run that it belongs to.
        source: the number of the step that it came from, −1 for the input.
        aliases: the tensors that share its memory, itself included; None if it was never viewed.
        known: what is known of some of its values.
    """

    if not TYPE_CHECKING:
        # Quicker than a dictionary; without its slot, a shape would be torch's.
        __slots__ = ("aliases", "kept", "known", "run", "shape", "source")
    shape: Size

    # For the rules.

    @property
    def layout(self) -> Layout:
        """Its shape, and what its elements depend on."""
        return layout_of(self.kept)

    def derived(self, kept: AnyLayout, shape: Sequence[int] | None = None) -> "TracedTensor":
        """Another tensor of the same run."""
        return traced(kept, self.run, shape)

    def same(self) -> "TracedTensor":
        """Another tensor of the same shape whose elements depend on the same."""
        return traced(self.kept, self.run, self.shape)

    def with_terms(self, terms: Terms) -> "TracedTensor":
        """Another tensor of the same shape."""
        layout = self.layout
        return traced(Layout(layout.sizes, layout.groups, terms), self.run, self.shape)

    def dimension(self, dim: int) -> int:
        """A dimension counted from the front.

        Raises:
            IndexError: if there is no such dimension.
        """
        count = len(self.shape)
        if not -count <= dim < count:
            raise IndexError(f"dimension {dim} of a tensor with {count} dimensions")
        return dim % count

    def mixed(self, *dims: int) -> "TracedTensor":
        """The tensor in which all positions along some dimensions depend on all of them."""
        kept = self.kept
        if isinstance(kept, Concatenated) and kept.dim in dims:
            return traced(kept.mixed, self.run, self.shape).mixed(*dims)
        if type(kept) is BoxLayout:
            # By themselves, the dimensions of most layers hold nothing that varies.
            varying = [dim for dim in dims if dim in kept.dims]
            return traced(kept.mixed(varying), self.run, self.shape) if varying else self.same()
        layout = layout_of(kept)
        ranges = layout.ranges()
        terms = mix(layout.terms, [atom for dim in dims for atom in range(*ranges[dim])])
        return self.same() if terms is layout.terms else self.derived(boxed(layout._replace(terms=terms)), self.shape)

    def slid(self, windows: Mapping[int, Window], shape: Size | None = None) -> "TracedTensor":
        """The output of a layer that reads windows along some dimensions.

        ``shape`` is that of the output, in which other dimensions, if they are mixed, may have another size.
        """
        if shape is None:
            shape = Size([windows[dim].outputs if dim in windows else n for dim, n in enumerate(self.shape)])
            if 0 in shape:
                return self.new_zeros(shape)
        kept = self.kept
        found: AnyLayout | None = None
        if type(kept) is BoxLayout:
            found = kept.read(windows, shape)
        elif isinstance(kept, Concatenated):
            patches = patched(kept)
            found = None if patches is None else patches.read(windows, shape)
        if found is not None:
            return traced(found, self.run, shape)
        layout = layout_of(kept)
        if layout.simple:
            return self.derived(boxed(Layout(shape, layout.groups, slide_all(layout.terms, windows))), shape)
        memo: Memo = {}
        for dim, window in windows.items():
            layout = layout.with_single(dim)
            atom = layout.ranges()[dim][0]
            sizes = [*layout.sizes[:atom], window.outputs, *layout.sizes[atom + 1 :]]
            layout = Layout(tuple(sizes), layout.groups, slide(layout.terms, atom, window, memo))
        slid = traced(layout, self.run)
        for dim, size in enumerate(shape):
            if size != slid.shape[dim]:
                slid = slid.resized(dim, size)
        return slid

    def read(self, channels: int, windows: Mapping[int, Window], shape: Size) -> "TracedTensor":
        """The output of a layer that mixes the channels and reads windows along other dimensions."""
        kept = self.kept
        if type(kept) is not BoxLayout and isinstance(kept, Concatenated) and kept.dim == channels:
            kept = kept.mixed
        found = kept.read(windows, shape) if type(kept) is BoxLayout and channels not in kept.dims else None
        if found is None:
            return self.mixed(channels).slid(windows, shape)
        return traced(found, self.run, shape)

    def resized(self, dim: int, size: int) -> "TracedTensor":
        """The same after a mixed dimension has got another size."""
        kept = self.kept
        if type(kept) is BoxLayout:
            shape = Size([size if d == dim else n for d, n in enumerate(self.shape)])
            return traced(BoxLayout(shape, kept.dims, kept.sides), self.run, shape)
        layout = layout_of(kept)
        start, stop = (dim, dim + 1) if layout.simple else layout.ranges()[dim]
        while stop - start > 1:
            layout, stop = select(layout, start, 0), stop - 1
        sizes = (*layout.sizes[:start], size, *layout.sizes[start + 1 :])
        groups = (*layout.groups[:dim], 1, *layout.groups[dim + 1 :])
        return self.derived(Layout(sizes, groups, layout.terms))

    # What a forward may ask of a tensor without looking at its values.

    def dim(self) -> int:
        """How many dimensions."""
        return len(self.shape)

    def size(self, dim: int | None = None) -> Any:
        """The shape, or one entry of it."""
        return self.shape if dim is None else self.shape[dim]

    def numel(self) -> int:
        """How many elements."""
        return self.shape.numel()

    @property
    def ndim(self) -> int:
        """How many dimensions."""
        return len(self.shape)

    @property
    def dtype(self) -> torch.dtype:
        """The dtype of the module's parameters, unless it is a mask."""
        return torch.bool if self.boolean else self.run.dtype

    @property
    def device(self) -> torch.device:
        """The device of the module's parameters."""
        return self.run.example.device

    @property
    def requires_grad(self) -> bool:
        """There is nothing to differentiate."""
        return False

    @requires_grad.setter
    def requires_grad(self, wanted: bool) -> None:
        pass

    @property
    def T(self) -> Any:  # noqa: N802
        """The dimensions in reverse order."""
        return cast(Any, self).permute(*reversed(range(len(self.shape))))

    @property
    def mT(self) -> Any:  # noqa: N802
        """The last two dimensions exchanged."""
        return cast(Any, self).transpose(-1, -2)

    @property
    def data(self) -> Any:
        """Without values, the tensor itself."""
        return cast(Any, self).detach()

    @data.setter
    def data(self, other: Any) -> None:
        raise UnknownOperation(f"the forward sets the data of a tensor; copy_ would be right\n  {location(self.run)}")

    def new_empty(self, *size: Any, **_: Any) -> "TracedTensor":
        """A tensor that depends on nothing yet; a forward may write into it."""
        shape = tuple(size[0]) if len(size) == 1 and not isinstance(size[0], int) else size
        return self.derived(Layout(shape, (1,) * len(shape), ()), shape)

    def new_full(self, size: Any, fill_value: Any, *, dtype: Any = None, **_: Any) -> "TracedTensor":
        """The same, of which is known that one number fills it."""
        found = self.new_empty(*size)
        found.boolean = dtype is torch.bool or (dtype is None and isinstance(fill_value, bool))
        found.known = certain(fill_value).expanded(found.shape)
        return found

    def new_zeros(self, *size: Any, **options: Any) -> "TracedTensor":
        """The same, of zeros."""
        return self.new_full(self.new_empty(*size).shape, 0, **options)

    def new_ones(self, *size: Any, **options: Any) -> "TracedTensor":
        """The same, of ones."""
        return self.new_full(self.new_empty(*size).shape, 1, **options)

    is_leaf = True
    is_sparse = is_quantized = is_nested = is_meta = is_mkldnn = False
    is_cpu, is_cuda, is_mps, is_xpu = (_as_parameters(name) for name in ("is_cpu", "is_cuda", "is_mps", "is_xpu"))
    grad = grad_fn = names = _backward_hooks = None

    def __len__(self) -> int:
        return self.shape[0]

    def __iter__(self) -> Any:
        return iter(cast(Any, self).unbind(0))

    def _no_value(self, *_: Any) -> NoReturn:
        error = ValueDependence(
            "the forward asks for the value of a tensor that depends on the input; which units depend on what "
            f"then depends on the values\n  {location(self.run)}"
        )
        self.run.refused = error
        raise error

    __bool__ = __float__ = __int__ = __index__ = __array__ = _no_value
    item = tolist = numpy = cpu_values = _no_value
    __hash__ = object.__hash__

    def __repr__(self) -> str:
        return f"TracedTensor(shape={tuple(self.shape)})"

    def __deepcopy__(self, memo: Any) -> Any:
        return cast(Any, self).clone()

    def __format__(self, specification: str) -> str:
        return repr(self)


_wrapper = cast(Any, torch.Tensor)._make_wrapper_subclass
_MEMORYLESS = torch.device("meta")
_STRIDED = torch.strided


def traced(kept: AnyLayout, run: Trace, shape: Sequence[int] | None = None) -> TracedTensor:
    """A tensor of a run; ``shape`` is that of the layout: given, it need not be computed."""
    if type(shape) is not Size:
        shape = Size(layout_of(kept).shape if shape is None else shape)
    # By position: by name would take a third longer.
    made: TracedTensor = _wrapper(TracedTensor, shape, None, None, None, run.dtype, _STRIDED, _MEMORYLESS)
    made.kept = kept
    made.shape = shape
    made.run = run
    made.source = -1
    made.aliases = made.known = None
    return made


def is_traced(x: object) -> TypeGuard[TracedTensor]:
    """Whether something depends on the input of the run."""
    return type(x) is TracedTensor


def is_real(x: object) -> TypeGuard[torch.Tensor]:
    """Whether something is a tensor with values."""
    return isinstance(x, torch.Tensor) and not is_traced(x)
