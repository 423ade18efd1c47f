"""A participant's code in, their answers as events out: one statement at a time, nothing filled in beforehand.

screen     keys                      -> answers, each saved at once
texts      form and answers          -> what stands on each page
recording  a yes aloud to that       -> the reading of the consent, recorded in a file of its own
"""

from interview_tui.tui.screens.consent.screen import ConsentScreen

__all__ = ["ConsentScreen"]
