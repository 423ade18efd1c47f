"""Features of several windows and decoding options in, one result a window out, by openai-whisper's own task.

Loads torch and whisper: imported when a model is run.
"""

from dataclasses import replace
from typing import Any

import torch
from torch import Tensor
from whisper.decoding import ApplyTimestampRules, DecodingOptions, DecodingResult, DecodingTask

from interview_tui.pipeline.transcript.engine.decoder import Decoder, Run
from interview_tui.pipeline.transcript.engine.hypotheses import Hypotheses
from interview_tui.pipeline.transcript.engine.rules import Beams, Greedy, TimestampRules

_WORTH_LETTING_GO = 4  # of so many windows one may be finished before the others go on without it


class Task(DecodingTask):  # type: ignore[misc]  # whisper ships no types
    """openai-whisper's task with its model run by ``Decoder``: several windows at once, also with beams.

    Its own ``run`` takes windows and hypotheses for the same where there are several of both. It is therefore handed
    the numbers of the windows in place of their features, which only ``Run`` needs.
    """

    logit_filters: list[Any]

    def __init__(self, model: Any, options: DecodingOptions, decoder: Decoder) -> None:
        super().__init__(model, replace(options, fp16=False))
        self._decoder = decoder
        if options.beam_size is not None:
            self.decoder = Beams(options.beam_size, self.tokenizer.eot, self.inference, options.patience)
        elif options.temperature == 0:
            self.decoder = Greedy(0.0, self.tokenizer.eot)
        self.logit_filters = [
            TimestampRules.like(one) if isinstance(one, ApplyTimestampRules) else one for one in self.logit_filters
        ]

    def hear(self, features: Tensor) -> list[DecodingResult]:
        """Float32 features of shape (windows, 1500, width) to one result a window."""
        self._features = features
        results = self.run(torch.arange(len(features), device=self._decoder.numbers.device))
        return [replace(result, audio_features=one) for result, one in zip(results, features, strict=True)]

    def _get_audio_features(self, windows: Tensor) -> Tensor:
        return windows.repeat_interleave(self.n_group)

    def _detect_language(self, _: Tensor, tokens: Tensor) -> Any:
        return super()._detect_language(self._features, tokens)

    def _main_loop(self, _: Tensor, tokens: Tensor) -> tuple[Tensor, Tensor, list[float]]:
        run = Run(self._decoder, self._features, self.n_group)
        if isinstance(self.decoder, Beams):
            self.decoder.begin(run, len(self._features), tokens.device)
        try:
            logits = run.first(tokens[:: self.n_group], (self.sot_index, self.sample_begin - 1))
            no_speech = logits[:, 0].softmax(dim=-1)[:, self.tokenizer.no_speech]
            tokens, sums = self._loop(run, tokens, logits[:, 1].repeat_interleave(self.n_group, dim=0))
        finally:
            run.close()
        return tokens, sums, no_speech.repeat_interleave(self.n_group).tolist()

    def _loop(self, run: Run, tokens: Tensor, logits: Tensor) -> tuple[Tensor, Tensor]:
        """Token after token, until every window is finished or no more may be sampled."""
        hypotheses = Hypotheses(len(self._features), tokens, self.tokenizer.eot)
        for _ in range(self.sample_len - 1):
            completed = self._choose(hypotheses, logits)
            if completed or hypotheses.tokens.shape[-1] > self.n_ctx:
                break
            self._let_go(hypotheses, run)
            logits = run.next(hypotheses.tokens[:, -1])
        else:
            self._choose(hypotheses, logits)
        return hypotheses.all()

    def _choose(self, hypotheses: Hypotheses, logits: Tensor) -> bool:
        for one in self.logit_filters:
            one.apply(logits, hypotheses.tokens)
        hypotheses.tokens, completed = self.decoder.update(hypotheses.tokens, logits, hypotheses.sums)
        return bool(completed)

    def _let_go(self, hypotheses: Hypotheses, run: Run) -> None:
        """Where enough windows are finished, the others go on without them.

        Not where tokens are drawn: each draw would then depend on what is said in other windows.
        """
        if self.options.temperature > 0:
            return
        live = self.decoder.unfinished() if isinstance(self.decoder, Beams) else hypotheses.unfinished()
        if len(live) * _WORTH_LETTING_GO <= len(hypotheses) * (_WORTH_LETTING_GO - 1):
            hypotheses.keep(live)
            run.keep(live)
            if isinstance(self.decoder, Beams):
                self.decoder.keep(live)
