"""What is asked of PyTorch's tensors: their cells, their types, and where one is held."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterable, Iterator
from types import FrameType
from typing import Any

from graphstep.ground import limits
from graphstep.ground.modules import is_library

_QUESTIONS = (
    "size dim numel shape ndim dtype device requires_grad is_leaf grad_fn layout stride storage_offset element_size "
    "is_floating_point is_complex is_contiguous names nelement len is_cuda itemsize nbytes is_sparse is_quantized data_ptr "
    "requires_grad_ retain_grad register_hook _version grad hash dir reduce_ex deepcopy is_nested result_type "
    "zeros_like ones_like full_like empty_like rand_like randn_like randint_like "
    "new_zeros new_ones new_full new_empty new_tensor can_cast is_same_size is_shared is_pinned"
)
SILENT = frozenset(_QUESTIONS.split())
"""What asks a tensor about itself, or makes another one of its shape or type; nothing is computed of its cells."""

_PLAIN = "item tolist numpy __float__ __int__ __index__ __format__ __repr__ __str__ __array__ allclose equal"
LEAVING = frozenset(_PLAIN.split())
"""What makes a plain number, a text or an array: PyTorch drops the gradient there, and so do we."""

ENDS = {
    "backward": "return the loss and leave backward() out: graphstep asks for the gradients itself",
    "make_dual": "compute the slopes outside of the loss",
}
"""What ends a capture, and what would do."""

_CASTS = "contiguous clone to float double half bfloat16 cpu cuda requires_grad_ type type_as identity alias"
SAME = frozenset(_CASTS.split())
"""What hands its cells on, perhaps as another type."""


def is_tensor(value: Any) -> bool:
    """Whether a value is a tensor."""
    return isinstance(value, sys.modules["torch"].Tensor)


def is_module(value: Any) -> bool:
    """Whether a value is a module of PyTorch's."""
    return isinstance(value, sys.modules["torch"].nn.Module)


def transforms_at_work() -> bool:
    """Whether a transform of ``torch.func`` is at work, such as vmap."""
    return bool(sys.modules["torch"]._C._are_functorch_transforms_active())


def within(tensor: Any) -> Any:
    """The tensor that a transform of ``torch.func`` is looking through; itself where none is at work."""
    torch = sys.modules["torch"]
    if transforms_at_work():
        while torch._C._functorch.is_functorch_wrapped_tensor(tensor):
            tensor = torch._C._functorch.get_unwrapped(tensor)
    return tensor


def flat(value: Any) -> Iterator[Any]:
    """The values in lists, tuples and dictionaries, at any depth."""
    if isinstance(value, list | tuple):
        for each in value:
            yield from flat(each)
    elif isinstance(value, dict):
        for each in value.values():
            yield from flat(each)
    else:
        yield value


def name_of(function: Any) -> str:
    """What a function is called, ``__get__`` of a property by the name of the property: ``T.__get__``."""
    name = str(getattr(function, "__name__", type(function).__name__))
    owner = getattr(function, "__self__", None)
    return f"{getattr(owner, '__name__', '')}__get__" if name == "__get__" else name


def users(frame: FrameType) -> FrameType:
    """The innermost frame of the user's."""
    here: FrameType | None = frame
    while here is not None and is_library(here.f_code.co_filename):
        here = here.f_back
    return here or frame


def cells_of(tensor: Any) -> Any:
    """The cells of a tensor as NumPy has them, of a copy; half types widened to float32."""
    torch = sys.modules["torch"]
    cells = tensor.detach().cpu()
    if cells.layout is not torch.strided:
        cells = cells.to_dense()
    if cells.dtype in (torch.bfloat16, torch.float16):
        cells = cells.float()
    return cells.clone().resolve_conj().numpy()[()]


def version_of(tensor: Any) -> int:
    """How often a tensor was written to; one that was made under ``inference_mode`` does not know it."""
    return 0 if tensor.is_inference() else int(tensor._version)


def address_of(tensor: Any) -> int:
    """Where in memory the cells lie that a tensor shares with its views; 0 for what has none of its own."""
    is_dense = tensor.layout is sys.modules["torch"].strided
    return tensor.untyped_storage().data_ptr() if is_dense else 0


def edge_of(tensor: Any) -> Any:
    """Where in PyTorch's graph the gradient of a tensor arrives, as it is now; None where none is asked for."""
    # A view of a parameter that was made under ``no_grad``, ``.H``, says that it asks for one, and has no place in the graph.
    asks = tensor.requires_grad and (tensor.grad_fn is not None or tensor._base is None)
    return sys.modules["torch"].autograd.graph.get_gradient_edge(tensor) if asks else None


def dtype_of(tensor: Any) -> str:
    """The type of its cells."""
    return str(tensor.dtype).removeprefix("torch.")


def device_of(tensor: Any) -> str:
    """Where it lives; empty for the processor."""
    return "" if tensor.device.type == "cpu" else str(tensor.device)


def tensors_in(value: Any) -> Iterator[tuple[str, Any]]:
    """The tensors in a module, a list, a dictionary, an object or a file of the user's, and in modules there, by their places."""
    if is_module(value):
        yield from value.named_parameters()
        yield from value.named_buffers()
        return
    places: Iterable[tuple[Any, Any]] = ()
    if isinstance(value, dict):
        places = value.items()
    elif isinstance(value, list | tuple):
        places = enumerate(value)
    elif hasattr(value, "__dict__") and not isinstance(value, type) and not is_library(getattr(value, "__file__", "") or ""):
        places = vars(value).items()
    for key, each in places:
        if is_tensor(each):
            yield str(key), each
        elif is_module(each):
            yield from ((f"{key}.{path}", part) for path, part in tensors_in(each))


def identifier(path: str) -> str:
    """A name of ours for a place in a module: ``h.3.attn.weight`` is ``h_3_attn_weight``; empty where none can be made."""
    parts = path.split(".")
    # Of a long path the end is enough.
    name = next((each for k in range(len(parts)) if len(each := "_".join(parts[k:])) <= limits.NAME), "")
    name = re.sub(r"\W+", "_", name).strip("_")
    return name if name and not name[0].isdigit() else ""
