"""Hypotheses of several windows in, those of every window out, also of windows that were let go on the way.

Loads torch: imported when a model is run.
"""

import torch
from torch import Tensor


class Hypotheses:
    """The tokens of each hypothesis so far and the sum of their log-probabilities.

    Attributes:
        tokens: shape (windows * hypotheses, tokens), of the windows that go on.
        sums: shape (windows * hypotheses,), of the same.

    Args:
        windows: how many.
        end: the token that ends a hypothesis, and fills up those that ended early.
    """

    def __init__(self, windows: int, tokens: Tensor, end: int) -> None:
        self.tokens = tokens
        self.sums = torch.zeros(len(tokens), device=tokens.device)
        self._end = end
        self._of_window = len(tokens) // windows
        self._going_on = torch.arange(windows, device=tokens.device)
        self._last: list[tuple[Tensor, Tensor, Tensor]] = []

    def __len__(self) -> int:
        return len(self._going_on)

    def unfinished(self) -> Tensor:
        """Places of the windows in which a hypothesis has not ended."""
        ended = self.tokens[:, -1].view(-1, self._of_window) == self._end
        return (~ended.all(dim=1)).nonzero()[:, 0]

    def keep(self, places: Tensor) -> None:
        """Only these windows go on; the others stay as they are now."""
        gone = torch.ones(len(self), dtype=torch.bool, device=places.device).index_fill(0, places, False)
        self._put_by(gone.nonzero()[:, 0])
        rows = self._rows(places)
        self.tokens, self.sums, self._going_on = self.tokens[rows], self.sums[rows], self._going_on[places]

    def all(self) -> tuple[Tensor, Tensor]:
        """Tokens and sums of every window, in their order."""
        self._put_by(torch.arange(len(self), device=self.tokens.device))
        length = max(tokens.shape[1] for _, tokens, _ in self._last)
        windows = torch.cat([windows for windows, _, _ in self._last])
        tokens = torch.cat([_filled(tokens, length, self._end) for _, tokens, _ in self._last])
        order = self._rows(windows.argsort())
        return tokens[order], torch.cat([sums for _, _, sums in self._last])[order]

    def _put_by(self, places: Tensor) -> None:
        rows = self._rows(places)
        self._last.append((self._going_on[places], self.tokens[rows], self.sums[rows]))

    def _rows(self, places: Tensor) -> Tensor:
        return (places[:, None] * self._of_window + torch.arange(self._of_window, device=places.device)).flatten()


def _filled(tokens: Tensor, length: int, end: int) -> Tensor:
    return torch.nn.functional.pad(tokens, (0, length - tokens.shape[1]), value=end)
