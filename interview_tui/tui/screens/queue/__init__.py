"""Recordings that wait in, transcripts out, one after the other, while other things go on.

rows       the study           -> what waits, runs, is done or stopped, in words
models     the model folder    -> a checked model, found in a process of its own
screen     all of these        -> the list, the model, the start
steering   the marked row      -> in and out, order, pause (asking: the questions in between)
running    open keys           -> the queue filled and run, in a thread of the app
so_far     a row that runs     -> its words, to read while they grow
"""

from interview_tui.tui.screens.queue.screen import QueueScreen

__all__ = ["QueueScreen"]
