"""Windows of sound in, what this machine's model hears in each out: several at once, doubtful ones more than once."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import islice

from interview_tui.errors import NoModel
from interview_tui.pipeline.transcript.ear import Ear, Sound, is_short_of_memory, too_large
from interview_tui.pipeline.transcript.engine import FastWhisper, Plan, plan_for
from interview_tui.pipeline.transcript.heard import HeardWindow, Hearing
from interview_tui.pipeline.transcript.model_file import OpenModel
from interview_tui.pipeline.transcript.retrying import heard_again
from interview_tui.pipeline.transcript.second_pass import heard_twice, is_doubtful


class LocalHearer:
    """This machine's model.

    Args:
        model: opened.

    Raises ``ModelError`` where the memory does not hold it.
    """

    def __init__(self, model: OpenModel) -> None:
        self._model = model
        try:
            self._fast = FastWhisper(model.whisper, plan_for(model.whisper))
        except (MemoryError, RuntimeError) as error:
            raise (too_large(model.file.name) if is_short_of_memory(error) else error) from error

    @property
    def plan(self) -> Plan:
        """How the model is run here."""
        return self._fast.plan

    def hear(self, windows: "Iterable[Sound]", hearing: Hearing) -> Iterator[HeardWindow]:
        """See ``Hearer``; what was heard badly is heard again by other rules before it is believed.

        Raises ``NoModel`` where the model does not know the language, ``ModelError`` where the memory is too small for
        a single window.
        """
        refuse_language(self._model, hearing.language)
        ear = Ear(self._model, self._fast, hearing)
        waiting = iter(windows)
        while batch := list(islice(waiting, ear.at_once)):
            yield from _settled(ear, batch)


def _settled(ear: Ear, batch: Sequence[Sound]) -> Iterator[HeardWindow]:
    """First those that nothing speaks against: they are safe the sooner."""
    doubtful = []
    for sound, one in zip(batch, ear.listen(batch), strict=True):
        if is_doubtful(one.heard, ear.told):
            doubtful.append((sound, one))
        else:
            yield one.heard
    again = [heard_again(ear, sound, one) for sound, one in doubtful]
    yield from heard_twice(ear, [sound for sound, _ in doubtful], again)


def refuse_language(model: OpenModel, language: str) -> None:
    """Raise ``NoModel`` where the model would write this language down as if it were another."""
    from whisper.tokenizer import LANGUAGES

    if language not in LANGUAGES:
        raise NoModel(f"Whisper does not know the language {language!r}.", hint="Give its two letters, such as en.")
    knows = list(LANGUAGES)[: model.whisper.num_languages] if model.whisper.is_multilingual else ["en"]
    if language not in knows:
        name = LANGUAGES[language].title()
        why = f"does not know {name}" if model.whisper.is_multilingual else "only knows English"
        raise NoModel(
            f"The model {model.file.name} {why}; this interview is in {name}.",
            safe="The recording is untouched.",
            hint=f"See which models do: interview-tui models list --language {language}. Bring one of them.",
        )
