"""Whatever stopped an interview in, a named error out: no message that could hold what somebody said goes further."""

import traceback
from pathlib import Path

from interview_tui.errors import InterviewError, ModelError, TranscriptError

# How torch and what it stands on say so; oneDNN has no more to say of it than the last.
_FULL = ("allocate memory", "out of memory", "alloc_cpu", "bad_alloc", "could not create a primitive")
_KEPT = "The recording is untouched, and what was heard so far is kept."


def as_named(error: Exception) -> InterviewError:
    """A full memory and a full disk in plain words; of a fault of ours its kind and its place in our code."""
    if isinstance(error, MemoryError) or any(text in str(error).lower() for text in _FULL):
        return ModelError(
            "The memory was full.",
            safe=_KEPT,
            hint="Close other programs, or choose a smaller model, and transcribe again.",
        )
    if isinstance(error, OSError):
        return TranscriptError(
            f"The disk did not take or give what it should ({error.strerror}).",
            safe=_KEPT,
            hint="Is it full, or was it taken out? Then put that right, and transcribe again.",
        )
    place = traceback.extract_tb(error.__traceback__)[-1]
    return TranscriptError(
        f"A fault in this program stopped it ({type(error).__name__} in {Path(place.filename).name}, {place.lineno}).",
        safe=_KEPT,
        hint="Please report this line.",
    )
