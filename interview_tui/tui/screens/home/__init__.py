"""The open study in, the list of participants and what waits next out; from here every other screen is one key away.

screen           what the keys do
rows             the study       -> a line for each participant and interview, with what waits
recovering       what a crash left -> one question, and all of it put right
new_participant  typing          -> a code that is free
"""

from interview_tui.tui.screens.home.new_participant import NewParticipant
from interview_tui.tui.screens.home.rows import home_rows
from interview_tui.tui.screens.home.screen import HomeScreen

__all__ = ["HomeScreen", "NewParticipant", "home_rows"]
