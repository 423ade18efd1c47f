"""One open interview in; the question in large calm type, prompts, what is covered, time and own notes on the screen.

opening  an interview    -> what its screens begin with
screen   keys            -> events in the interview's log
lines    a question      -> the lines of the lists beside it
notes    typing          -> notes that are kept as they are typed
"""

from interview_tui.tui.screens.interviewer.notes import Notes
from interview_tui.tui.screens.interviewer.opening import found
from interview_tui.tui.screens.interviewer.screen import InterviewerScreen

__all__ = ["InterviewerScreen", "Notes", "found"]
