"""What Whisper decoded of a window in, its lines with times out, cut as ``whisper.transcribe`` cuts them."""

from typing import Any

from interview_tui.pipeline.transcript.heard import Segment, Window

TIME_STEP = 0.02  # seconds between two of Whisper's time tokens


def segments_of(result: Any, window: Window, tokenizer: Any) -> list[Segment]:
    """``result``: of ``whisper.decode``."""
    lines: list[list[int]] = [[]]
    for token in result.tokens:
        lines[-1].append(token)
        if token >= tokenizer.timestamp_begin and len(lines[-1]) > 1:
            lines.append([])
    return [line for tokens in lines if (line := _segment(tokens, result, window, tokenizer))]


def _segment(tokens: list[int], result: Any, window: Window, tokenizer: Any) -> Segment | None:
    text = tokenizer.decode([token for token in tokens if token < tokenizer.eot])
    if not text.strip():
        return None
    first, last = (window.start + (token - tokenizer.timestamp_begin) * TIME_STEP for token in (tokens[0], tokens[-1]))
    start = first if first >= window.start else window.start
    return Segment(
        start=start,
        end=max(start, last if last > window.start else window.end),
        text=text,
        tokens=tuple(tokens),
        # Rounded, because the last digits depend on how many windows go through the model at once.
        no_speech=round(float(result.no_speech_prob), 3),
        mean_log_probability=round(float(result.avg_logprob), 3),
        compression=round(float(result.compression_ratio), 3),
    )
