"""What a model knew on the way: its weights at log-spaced moments of its training, in 4 bits each.

A folder `snapshots` beside the checkpoint holds a file a moment, named by the tokens seen until then. In 16 bits eight
of them would be a hundred megabytes; in 4 bits they are a fifth, and the loss rises by about a hundredth.
The beginning needs no file, since random weights follow from the seed, and the end is the checkpoint itself.
"""

import math
from pathlib import Path

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import load_file, save_file
from torch import Tensor

GROUP = 64  # weights share a scale
LEVELS = 7  # a weight is one of −7 … 7 scales
SHRINKS = torch.linspace(0.6, 1.0, 9)  # clipping the largest weights serves the others: the best of these is taken

State = dict[str, Tensor]


def quantized(weights: Tensor) -> tuple[Tensor, Tensor]:
    """A matrix as bytes of two 4-bit weights (numel / 2,) and a 16-bit scale for every 64 (numel / 64,)."""
    groups = weights.float().reshape(-1, GROUP)
    largest = groups.abs().amax(dim=1, keepdim=True).clamp(min=1e-7)
    best = torch.full_like(largest, torch.inf)
    scale = torch.zeros_like(largest)
    for shrink in SHRINKS:
        tried = (largest * shrink / LEVELS).half().float()
        error = (_rounded(groups, tried) * tried - groups).square().sum(dim=1, keepdim=True)
        scale = torch.where(error < best, tried, scale)
        best = torch.minimum(error, best)
    levels = (_rounded(groups, scale) + 8).to(torch.uint8).flatten()
    return levels[::2] * 16 + levels[1::2], scale.half().flatten()


def restored(packed: Tensor, scale: Tensor, shape: torch.Size) -> Tensor:
    """The matrix that `quantized` made smaller, in 32 bits."""
    levels = torch.stack((packed // 16, packed % 16), dim=1).float() - 8
    return (levels.reshape(-1, GROUP) * scale.float()[:, None]).reshape(shape)


def _rounded(groups: Tensor, scale: Tensor) -> Tensor:
    return (groups / scale).round().clamp(-LEVELS, LEVELS)


def save(path: Path, state: State) -> None:
    """Write weights in 4 bits; vectors, which are few, stay in 16."""
    tensors: State = {}
    for name, weights in state.items():
        if weights.ndim == 2 and weights.numel() % GROUP == 0:
            tensors[name], tensors[f"{name}.scale"] = quantized(weights)
        else:
            tensors[name] = weights.half().contiguous()
    path.parent.mkdir(parents=True, exist_ok=True)
    save_file(tensors, path)
    path.chmod(0o644)  # safetensors keeps files to their owner; a server may be another user


def check(path: Path) -> None:
    """Read a file's head, which says how long it is; ValueError where it is damaged."""
    try:
        with safe_open(path, "pt"):
            pass
    except (OSError, SafetensorError) as error:
        raise ValueError(f"{path} is damaged ({error}): restore it, or remove it") from error


def load(path: Path, shapes: dict[str, torch.Size]) -> State:
    """Read weights in 32 bits, for a network of these shapes; ValueError where the file is not of such a one."""
    tensors = load_file(path)
    try:
        return {
            name: restored(tensors[name], tensors[f"{name}.scale"], shape)
            if f"{name}.scale" in tensors
            else tensors[name].float().reshape(shape)
            for name, shape in shapes.items()
        }
    except (KeyError, RuntimeError) as error:
        raise ValueError(f"{path} does not fit the checkpoint beside it ({error}): remove it, or train anew") from error


def moments(folder: Path) -> dict[int, Path]:
    """Tokens seen -> file, in order."""
    return {int(path.stem): path for path in sorted(folder.glob("*.safetensors"))}


def chosen(seen: list[int], most: int) -> list[int]:
    """At most `most` moments after the beginning, the last always, the others evenly over the doublings.

    >>> chosen([0, 1, 2, 4, 8, 16, 32, 64], 4), chosen([1, 2, 60, 64], 3)
    ([1, 4, 16, 64], [1, 2, 64])
    """
    later = [tokens for tokens in seen if tokens]
    if len(later) <= most:
        return later
    doublings = math.log2(later[-1] / later[0]) / (most - 1)  # from one to the next
    wanted = [later[0] * 2 ** (i * doublings) for i in range(most)]
    found: list[int] = []
    for i, tokens in enumerate(wanted):
        possible = [each for each in later if not found or each > found[-1]]
        possible = possible[: len(possible) - (most - 1 - i)]  # the others are for those still wanted
        found.append(min(possible, key=lambda each: abs(math.log2(each / tokens))))
    return found
