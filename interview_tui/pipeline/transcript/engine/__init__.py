"""Whisper's weights in, the same words faster out: openai-whisper's own decoding rules on a model run otherwise.

plan          a model and this machine  -> number formats, threads and windows at once, chosen by a short measurement
fast_whisper  a model and a plan        -> windows of sound to tokens
"""

from interview_tui.pipeline.transcript.engine.fast_whisper import FastWhisper
from interview_tui.pipeline.transcript.engine.plan import Plan, plan_for

__all__ = ["FastWhisper", "Plan", "plan_for"]
