"""The size of a model in, an estimate of how long this machine takes with an hour of sound out."""

import msgspec

from interview_tui.pipeline.transcript.engine.machine import keep, kept
from interview_tui.pipeline.transcript.engine.sizes import Size, encoder_work, published, window_work

WINDOWS_AN_HOUR = 150  # of at most 30 s, cut in pauses, so that most are shorter
TOKENS_A_WINDOW = 100  # about 150 words a minute, and a token is three quarters of a word
_LIKE = Size(512, 8, 6, 6)  # base: measured where no model was yet, because it is large enough to tell, and soon done


class Rates(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Floating-point operations a second that this machine reaches in each half of a model, by the plan it runs by."""

    encoder: float
    decoder: float


def minutes_for_an_hour(name: str) -> float | None:
    """Minutes that a published model takes here for an hour of sound; None: no such model.

    What was measured of a model of its width is believed; else of another. The first time of all takes a second or two.
    """
    size = published(name)
    return None if size is None else seconds_for_an_hour(size) / 60


def seconds_for_an_hour(size: Size) -> float:
    """The same for any size, in seconds."""
    return WINDOWS_AN_HOUR * window_seconds(size, _kept(size.width) or _usual() or _measured())


def window_seconds(size: Size, rates: Rates) -> float:
    """Seconds for one window of 30 s of speech, greedily."""
    encoder = encoder_work(size)
    return encoder / rates.encoder + (window_work(size, TOKENS_A_WINDOW) - encoder) / rates.decoder


def is_measured() -> bool:
    """Whether an estimate can be had at once; else torch is loaded for it, which a screen leaves to another process."""
    return _usual() is not None


def keep_rates(width: int, rates: Rates) -> None:
    """Believe these of models of this width from now on."""
    keep(f"rates of width {width}", rates)


def _kept(width: int) -> Rates | None:
    found = kept(f"rates of width {width}")
    try:
        return msgspec.json.decode(found, type=Rates) if found else None
    except msgspec.ValidationError:
        return None


def _usual() -> Rates | None:
    return _kept(_LIKE.width)


def _measured() -> Rates:
    """Of random weights: they are as quick as any others."""
    from interview_tui.pipeline.transcript.engine.choosing import rates_of_random_weights

    rates = rates_of_random_weights(_LIKE)
    keep_rates(_LIKE.width, rates)
    return rates
