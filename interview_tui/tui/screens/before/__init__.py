"""A participant who consented in; who meets, how and with which microphone asked, and the interview begun, out.

screen      what to know, who meets, microphone  -> an open interview
hearing     the inputs of this computer           -> which of them hear whom, tested
pick        a few things                          -> one of them
read_again  what was agreed to                    -> a yes or no, once more, at the start of the recording
"""

from interview_tui.tui.screens.before.read_again import ReadAgain
from interview_tui.tui.screens.before.screen import BeforeScreen, before

__all__ = ["BeforeScreen", "ReadAgain", "before"]
