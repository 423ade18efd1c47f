"""A check-in, a break or distress in; the recording paused at once, the team's own steps shown, how it went on out.

steps    the study's steps         -> how it went on
live     an open interview         -> a watched recorder and log, and the keys for looking after one another
telling  status and events         -> words and times
"""

from interview_tui.tui.screens.support.live import LiveScreen
from interview_tui.tui.screens.support.steps import SupportScreen
from interview_tui.tui.screens.support.telling import local_time, paused_seconds, sealed_seconds

__all__ = ["LiveScreen", "SupportScreen", "local_time", "paused_seconds", "sealed_seconds"]
