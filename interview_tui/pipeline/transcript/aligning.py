"""What each token looks at in the sound in; when each token is said out, as openai-whisper reckons it, only sooner."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    import torch
    from numpy.typing import NDArray

_MEDIAN = 7  # frames, whisper's own
_LEAST = 1e-12  # deviation: where all tokens look alike, none is placed by it
# Pairs that put the middle of seven numbers into the middle, each by taking the smaller and the larger of two.
_TO_THE_MIDDLE = (
    (0, 5), (0, 3), (1, 6), (2, 4), (0, 1), (3, 5), (2, 6), (2, 3), (3, 6), (4, 5), (1, 4), (1, 3), (3, 4)
)  # fmt: skip


def token_frames(looked_at: "torch.Tensor", first: int) -> "NDArray[np.int64]":
    """The frame at which each token begins, from the one at ``first`` to the last but one.

    Args:
        looked_at: how alike each head finds a token and a frame, before any softmax: shape (heads, tokens, frames).
    """
    import numpy as np
    import torch

    weights = looked_at.float().softmax(dim=-1)
    deviation, mean = torch.std_mean(weights, dim=-2, keepdim=True, unbiased=False)
    weights = torch.stack([smoothed(head) for head in (weights - mean) / deviation.clamp_min(_LEAST)])
    likely = weights.mean(dim=0)[first:-1].nan_to_num()
    tokens, frames = cheapest_path(-likely.double().cpu().numpy())
    begins: NDArray[np.int64] = frames[np.diff(tokens, prepend=-1).astype(bool)]
    return begins


def smoothed(rows: "torch.Tensor") -> "torch.Tensor":
    """The median of ``_MEDIAN`` neighbours, each row mirrored at its ends; rows shorter than that stay as they are."""
    import torch

    reach, frames = _MEDIAN // 2, rows.shape[-1]
    if frames <= reach:
        return rows
    wide = torch.nn.functional.pad(rows[None], (reach, reach), mode="reflect")[0]
    near = [wide[:, shift : shift + frames] for shift in range(_MEDIAN)]
    for one, other in _TO_THE_MIDDLE:
        near[one], near[other] = torch.minimum(near[one], near[other]), torch.maximum(near[one], near[other])
    return near[reach]


def cheapest_path(cost: "NDArray[np.float64]") -> "NDArray[np.int64]":
    """Which row goes with which column (dynamic time warping), shape (2, steps): what whisper.timing.dtw finds.

    Whisper has numba compile its own loop, which costs some 17 s in every process that transcribes. Here a whole row is
    added at once: what a cell costs over the first of its row is a running sum, so that the cheapest way along the row
    is a running minimum.
    """
    import numpy as np

    rows, columns = cost.shape
    total = np.full((rows + 1, columns + 1), np.inf)
    total[0, 0] = 0.0
    for row, own in enumerate(cost):
        above = np.minimum(total[row, :-1], total[row, 1:])
        along = np.cumsum(own)
        total[row + 1, 1:] = along + np.minimum.accumulate(above - along + own)
    return _back(total)


def _back(total: "NDArray[np.float64]") -> "NDArray[np.int64]":
    """From the last cell to the first, then turned round."""
    import numpy as np

    row, column = total.shape[0] - 1, total.shape[1] - 1
    steps = []
    while row and column:
        steps.append((row - 1, column - 1))
        both, up, left = total[row - 1, column - 1], total[row - 1, column], total[row, column - 1]
        if both <= up and both <= left:
            row, column = row - 1, column - 1
        elif up <= left:
            row -= 1
        else:
            column -= 1
    return np.array(steps[::-1]).T
