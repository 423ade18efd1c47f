"""A Whisper model and a plan in; windows of sound to tokens, several at once, out."""

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from itertools import chain
from typing import TYPE_CHECKING, Any, TypeVar

from interview_tui.pipeline.transcript.engine.plan import Plan

if TYPE_CHECKING:
    import torch
    from whisper.decoding import DecodingOptions, DecodingResult
    from whisper.model import Whisper

    from interview_tui.pipeline.transcript.engine.following import Followed

T = TypeVar("T")


class FastWhisper:
    """A model, run by a plan.

    Args:
        model: as openai-whisper loads it; stays usable beside this one.
        plan: how to run it.
    """

    def __init__(self, model: "Whisper", plan: Plan) -> None:
        from interview_tui.pipeline.transcript.engine.decoder import Decoder
        from interview_tui.pipeline.transcript.engine.encoder import Encoder
        from interview_tui.pipeline.transcript.engine.layers import Numbers

        self.model = model
        self.plan = plan
        self._encoder = Encoder(model.encoder, Numbers.of(plan.encoder, plan.device))
        self._decoder = Decoder(model.decoder, Numbers.of(plan.decoder, plan.device))

    def __getattr__(self, name: str) -> Any:
        return getattr(self.model, name)

    def encode(self, mels: "torch.Tensor") -> "torch.Tensor":
        """Log-mel windows, shape (n, n_mels, 3000), to float32 features, shape (n, 1500, width)."""
        import torch

        return torch.cat(self._shared(self._encoded, mels, self.plan.threads or 1))

    def decode(self, features: "torch.Tensor", options: "DecodingOptions") -> "Sequence[DecodingResult]":
        """What ``encode`` made, to one result a window, by openai-whisper's own ``DecodingTask``."""
        from interview_tui.pipeline.transcript.engine.task import Task

        def heard(some: "torch.Tensor") -> "list[DecodingResult]":
            return Task(self.model, options, self._decoder).hear(some)

        streams = self.plan.streams if options.temperature == 0 else 1
        return list(chain.from_iterable(self._shared(heard, features, streams)))

    def follow(
        self, features: "torch.Tensor", tokens: "Sequence[Sequence[int]]", text: int, heads: "Sequence[tuple[int, int]]"
    ) -> "list[Followed]":
        """What ``encode`` made, and the tokens of each window, to how sure of them the model is: see ``following``."""
        import torch

        from interview_tui.pipeline.transcript.engine.following import follow

        def followed(some: "torch.Tensor") -> "list[Followed]":
            return follow(self._decoder, features[some], [tokens[n] for n in some.tolist()], text, heads)

        windows = torch.arange(len(features))
        return list(chain.from_iterable(self._shared(followed, windows, self.plan.threads or 1)))

    def _encoded(self, mels: "torch.Tensor") -> "torch.Tensor":
        """One after another: a processor's cache holds what lies between the layers of one window, hardly of two."""
        import torch

        return torch.cat([self._encoder(mel[None]).cpu() for mel in mels])

    def _shared(self, work: "Callable[[torch.Tensor], T]", windows: "torch.Tensor", streams: int) -> list[T]:
        """``work`` on the windows, shared out to several threads of our own, each with its part of torch's."""
        import torch

        parts = windows.tensor_split(min(streams, len(windows)))

        def one(part: "torch.Tensor") -> T:
            with torch.inference_mode():
                return work(part)

        with threads_of_torch(max(1, self.plan.threads // len(parts))):
            if len(parts) == 1:
                return [one(parts[0])]
            with ThreadPoolExecutor(len(parts)) as pool:
                return list(pool.map(one, parts))


@contextmanager
def threads_of_torch(number: int) -> Iterator[None]:
    """torch takes ``number`` threads until the block ends."""
    import torch

    before = torch.get_num_threads()
    torch.set_num_threads(number)
    try:
        yield
    finally:
        torch.set_num_threads(before)
