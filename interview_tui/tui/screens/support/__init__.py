"""A check-in, a break or distress in; the recording paused at once, the team's own steps shown, how it went on out.

steps         the study's steps         -> how it went on
watching      an open interview         -> its recorder and log, as messages
live          the same                  -> the keys that both sides share
deliberate    key presses               -> those that somebody meant
off_record    a wish                    -> off the record, or not
striking      an open interview         -> the newest sound destroyed, told before it is done
second_place  a full disk               -> a folder in which the recording goes on
telling       status and events         -> words and times
trouble       status and events         -> what is amiss with the recording, or was
surroundings  disk, battery, microphones  -> how they are
"""

from interview_tui.tui.screens.support.live import LiveScreen
from interview_tui.tui.screens.support.steps import SupportScreen
from interview_tui.tui.screens.support.telling import local_time, off_record_seconds, paused_seconds, sealed_seconds

__all__ = ["LiveScreen", "SupportScreen", "local_time", "off_record_seconds", "paused_seconds", "sealed_seconds"]
