"""Recordings that wait in, transcripts out, one after the other, while other things go on.

rows     the study           -> what waits, runs, is done or stopped, in words
models   the model folder    -> a checked model, found in a process of its own
screen   keys                -> the queue filled and begun
"""

from interview_tui.tui.screens.queue.screen import QueueScreen

__all__ = ["QueueScreen"]
