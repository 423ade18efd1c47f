"""openai-whisper's decoding rules in, the same choices without its loops over single numbers out.

Each class stands in for the one of openai-whisper that it is derived from; tests hold that both choose the same tokens.
Loads torch and whisper: imported when a model is run.
"""

import torch
from torch import Tensor
from torch.nn import functional as F  # noqa: N812 - torch's own name for it
from whisper.decoding import ApplyTimestampRules, BeamSearchDecoder, GreedyDecoder

from interview_tui.pipeline.transcript.engine.decoder import Run

_NEVER = -torch.inf
_PARTS = 128  # of a row of logits, in each of which its maximum is looked for


class TimestampRules(ApplyTimestampRules):  # type: ignore[misc]  # whisper ships no types
    """Times come in pairs, never go back, and are chosen where all times together are likelier than any word."""

    @classmethod
    def like(cls, rules: ApplyTimestampRules) -> "TimestampRules":
        return cls(rules.tokenizer, rules.sample_begin, rules.max_initial_timestamp_index)

    def apply(self, logits: Tensor, tokens: Tensor) -> None:
        first = self.tokenizer.timestamp_begin
        times, words = logits[:, first:], logits[:, :first]
        if self.tokenizer.no_timestamps is not None:
            logits[:, self.tokenizer.no_timestamps] = _NEVER
        if tokens.shape[1] == self.sample_begin:
            words.fill_(_NEVER)
            if self.max_initial_timestamp_index is not None:
                times[:, self.max_initial_timestamp_index + 1 :] = _NEVER
            return
        self._in_pairs(words, times, tokens[:, self.sample_begin :])
        likelier = times.logsumexp(dim=-1) > words.amax(dim=-1)
        for row in likelier.nonzero()[:, 0].tolist():
            words[row] = _NEVER

    def _in_pairs(self, words: Tensor, times: Tensor, sampled: Tensor) -> None:
        first = self.tokenizer.timestamp_begin
        after_time = sampled[:, -1] >= first
        opened = after_time & (sampled[:, -2] >= first) if sampled.shape[1] > 1 else after_time
        closed = after_time & ~opened
        # Times never go back, so that the last is the largest. A line that was opened has to take some time.
        latest = sampled.amax(dim=-1) - first
        earliest = torch.where(closed, latest, latest + 1)
        earliest = torch.where(opened, times.shape[1], earliest)
        times.masked_fill_(torch.arange(times.shape[1], device=times.device) < earliest[:, None], _NEVER)
        for row in closed.nonzero()[:, 0].tolist():
            words[row, : self.tokenizer.eot] = _NEVER


class Greedy(GreedyDecoder):  # type: ignore[misc]  # whisper ships no types
    """The likeliest token each time."""

    def update(self, tokens: Tensor, logits: Tensor, sum_logprobs: Tensor) -> tuple[Tensor, bool]:
        chosen = _likeliest(logits)
        over = tokens[:, -1] == self.eot
        chances = logits.gather(1, chosen[:, None])[:, 0] - logits.logsumexp(dim=-1)
        sum_logprobs += chances.masked_fill(over, 0.0)
        tokens = torch.cat([tokens, chosen.masked_fill(over, self.eot)[:, None]], dim=-1)
        return tokens, bool((tokens[:, -1] == self.eot).all())


class Beams(BeamSearchDecoder):  # type: ignore[misc]  # whisper ships no types
    """The likeliest hypotheses of each window, side by side."""

    def begin(self, run: Run, windows: int, device: torch.device) -> None:
        """``run`` rearranges what it keeps as hypotheses win and lose; all the windows are handed to ``update``."""
        self.inference = run
        self.finished_sequences: list[dict[tuple[int, ...], float]] = [{} for _ in range(windows)]
        self._live = list(range(windows))
        self._device = device

    def unfinished(self) -> Tensor:
        """Places, among the windows handed to ``update``, of those that go on."""
        going_on = [place for place, window in enumerate(self._live) if not self._over(window)]
        return torch.tensor(going_on, device=self._device)

    def keep(self, places: Tensor) -> None:
        """Only these windows are handed to ``update`` from now on."""
        self._live = [self._live[place] for place in places.tolist()]

    def _over(self, window: int) -> bool:
        return len(self.finished_sequences[window]) >= int(self.max_candidates)

    def update(self, tokens: Tensor, logits: Tensor, sum_logprobs: Tensor) -> tuple[Tensor, bool]:
        width = self.beam_size + 1
        chances, candidates = _largest(F.log_softmax(logits, dim=-1), width)
        scores = (sum_logprobs[:, None] + chances).view(len(self._live), self.beam_size, width)
        common = _common(tokens, self.beam_size)
        if common == tokens.shape[1]:  # the first time there is one hypothesis so many times: it counts once
            scores[:, 1:] = _NEVER
        candidates, scores = candidates.view(len(self._live), -1), scores.flatten(1)
        picked = self._pick(tokens, candidates, scores)
        sources = picked // width + torch.arange(len(self._live), device=picked.device)[:, None] * self.beam_size
        sum_logprobs[:] = scores.gather(1, picked).flatten()
        self.inference.rearrange(sources.flatten(), common)
        tokens = torch.cat([tokens[sources.flatten()], candidates.gather(1, picked).view(-1, 1)], dim=-1)
        return tokens, all(map(self._over, range(len(self.finished_sequences))))

    def finalize(self, tokens: Tensor, sum_logprobs: Tensor) -> tuple[list[list[Tensor]], list[list[float]]]:
        """What is finished of each window, filled up with the likeliest hypotheses that are not.

        whisper's own hands tensors to ``numpy.argsort``, of which NumPy warns that it will be an error.
        """
        for window, sums in enumerate(sum_logprobs.cpu()):
            finished = self.finished_sequences[window]
            for row in sums.argsort(descending=True).tolist() if len(finished) < self.beam_size else ():
                finished[*tokens[window, row].tolist(), self.eot] = float(sums[row])
                if len(finished) >= self.beam_size:
                    break
        found = self.finished_sequences
        return [[torch.tensor(one) for one in window] for window in found], [list(window.values()) for window in found]

    def _pick(self, tokens: Tensor, candidates: Tensor, scores: Tensor) -> Tensor:
        """Which candidates of each window go on; those before the last of them that end here are finished."""
        best = scores.sort(dim=-1, descending=True, stable=True)
        ranked = zip(
            candidates.gather(1, best.indices).tolist(), best.values.tolist(), best.indices.tolist(), strict=True
        )
        width, picked = self.beam_size + 1, []
        for place, (window, (ends, values, numbers)) in enumerate(zip(self._live, ranked, strict=True)):
            on = [rank for rank, token in enumerate(ends) if token != self.eot][: self.beam_size]
            picked.append([numbers[rank] for rank in on])
            for rank in sorted(set(range(on[-1])) - set(on)):
                row = place * self.beam_size + numbers[rank] // width
                self._finish(window, (*tokens[row].tolist(), self.eot), values[rank])
        return torch.tensor(picked, device=tokens.device)

    def _finish(self, window: int, sequence: tuple[int, ...], score: float) -> None:
        if not self._over(window):
            self.finished_sequences[window][sequence] = score


def _common(tokens: Tensor, hypotheses: int) -> int:
    """How many of their first tokens all hypotheses of a window share, in whichever window that is fewest."""
    of_window = tokens.view(-1, hypotheses, tokens.shape[1])
    apart = (of_window != of_window[:, :1]).flatten(0, 1).any(dim=0).nonzero()
    return int(apart[0, 0]) if len(apart) else tokens.shape[1]


def _largest(rows: Tensor, number: int) -> tuple[Tensor, Tensor]:
    """The largest values of each row and their places, as ``topk`` gives them, in a third of its time.

    The row is cut into parts: the largest values can only lie in the parts with the largest maxima.
    """
    length = rows.shape[1] // _PARTS
    parts = rows[:, : _PARTS * length].view(-1, _PARTS, length)
    best = parts.amax(dim=-1).topk(number).indices
    places = (best[:, :, None] * length + torch.arange(length, device=rows.device)).flatten(1)
    rest = torch.arange(_PARTS * length, rows.shape[1], device=rows.device).expand(len(rows), -1)
    places = torch.cat([places, rest], dim=1)
    values, found = rows.gather(1, places).topk(number)
    return values, places.gather(1, found)


def _likeliest(logits: Tensor) -> Tensor:
    """The place of each row's maximum. NumPy finds it many times faster than torch on a processor."""
    if logits.device.type == "cpu":
        return torch.from_numpy(logits.numpy().argmax(axis=-1))
    return logits.argmax(dim=-1)
