"""How an interview was heard in, the same in words for the methods record out."""

from importlib.metadata import version

from interview_tui.pipeline.transcript.engine import Plan
from interview_tui.pipeline.transcript.heard import Hearing
from interview_tui.pipeline.transcript.model_file import ModelFile
from interview_tui.pipeline.transcript.prompting import VERBATIM, told_before


def settings(hearing: Hearing, model: ModelFile, plan: Plan | None) -> str:
    """``plan``: of this machine; None where others heard."""
    told = told_before(hearing, model)
    return "; ".join(
        (
            f"openai-whisper {version('openai-whisper')}",
            "greedy" if hearing.beam is None else f"beam of {hearing.beam}",
            "each window by itself, without the text before it",
            f"asked for fillers and false starts: {'yes' if VERBATIM in told else 'no'}",
            f"study words: {'yes' if told and hearing.study_words.strip() else 'no'}",
            f"voice detector silero-vad {version('silero-vad')}, windows cut at pauses",
            _run_by(plan) if plan else "run on other machines",
        )
    )


def _run_by(plan: Plan) -> str:
    where = "the graphics card" if plan.device == "cuda" else "the processor"
    return f"encoder {plan.encoder} and decoder {plan.decoder} on {where}, up to {plan.windows} windows at once"
