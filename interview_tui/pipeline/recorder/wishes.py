"""What a recorder can do and what may be asked of it, as the words that screens show."""

from enum import StrEnum


class State(StrEnum):
    """What the recorder is doing."""

    OPENING = "opening"
    RECORDING = "recording"
    PAUSED = "paused"
    OFF_RECORD = "off the record"
    WAITING = "waiting for disk"
    SILENT = "no sound from the microphone"
    LOST = "microphone lost"
    ENDED = "the sound file has ended"
    STOPPED = "stopped"


WISHES = (State.RECORDING, State.PAUSED, State.OFF_RECORD, State.STOPPED)
