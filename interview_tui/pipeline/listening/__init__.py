"""A sealed recording in, its sound played from any moment out: heard at a person's own speed, in memory only."""

from interview_tui.pipeline.listening.listening import REWIND_S, SPEEDS, Listening
from interview_tui.pipeline.listening.sound import ListeningSound, listening_sound

__all__ = ["REWIND_S", "SPEEDS", "Listening", "ListeningSound", "listening_sound"]
