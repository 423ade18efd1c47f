"""What each token might have been said at in; the cheapest way through it out (dynamic time warping)."""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


def cheapest_path(cost: "NDArray[np.float64]") -> "NDArray[np.int64]":
    """The same path, tie for tie, as whisper.timing.dtw finds: rows of ``cost`` above, columns below, shape (2, steps).

    Whisper has numba compile its own loop, which costs some 17 s in every process that transcribes. Here a whole
    anti-diagonal is added at once instead, which needs no compiler.
    """
    import numpy as np

    rows, columns = cost.shape
    total = np.full((rows + 1, columns + 1), np.inf, dtype=np.float32)
    move = np.zeros((rows + 1, columns + 1), dtype=np.int8)  # 0 both, 1 a row, 2 a column
    total[0, 0] = 0
    for diagonal in range(2, rows + columns + 1):
        i = np.arange(max(1, diagonal - columns), min(rows, diagonal - 1) + 1)
        j = diagonal - i
        both, row, column = total[i - 1, j - 1], total[i - 1, j], total[i, j - 1]
        by_both = (both < row) & (both < column)
        by_row = ~by_both & (row < both) & (row < column)
        move[i, j] = np.where(by_both, 0, np.where(by_row, 1, 2))
        total[i, j] = cost[i - 1, j - 1] + np.where(by_both, both, np.where(by_row, row, column))
    return _back(move)


def dtw(cost: Any) -> "NDArray[np.int64]":
    """``whisper.timing.dtw`` by ``cheapest_path``. ``cost``: a torch tensor."""
    return cheapest_path(cost.double().cpu().numpy())


def _back(move: "NDArray[np.int8]") -> "NDArray[np.int64]":
    """From the last cell to the first, then turned round."""
    import numpy as np

    move[0, :], move[:, 0] = 2, 1
    i, j = move.shape[0] - 1, move.shape[1] - 1
    steps = []
    while i > 0 or j > 0:
        steps.append((i - 1, j - 1))
        i, j = i - (move[i, j] != 2), j - (move[i, j] != 1)
    return np.array(steps[::-1]).T
