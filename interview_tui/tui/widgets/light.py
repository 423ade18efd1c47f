"""The state of the recorder in, one word and one shape out: ``● REC``. Never a colour alone, never flashing."""

from enum import StrEnum

from textual.widgets import Static


class LightState(StrEnum):
    """What the recorder is doing, as the words that people see."""

    READY = "○ ready"
    RECORDING = "● REC"
    PAUSED = "‖ PAUSED"
    OFF_RECORD = "◌ OFF THE RECORD"
    STOPPED = "■ STOPPED"
    SILENT = "△ NO SOUND"
    MICROPHONE_LOST = "▲ MICROPHONE LOST"
    DISK_FULL = "▣ DISK FULL"
    NOT_RECORDING = "✕ NOT RECORDING"


class Light(Static):
    """The recording light.

    Args:
        state: what to show first.
        id, classes: as for every widget. Each state is also a class of its own (``-recording``, ``-microphone-lost``).
    """

    DEFAULT_CSS = """
    Light { width: 19; height: 1; padding: 0 1; text-style: bold; color: $foreground; background: $background; }
    Light.-recording { color: $recording-foreground; background: $recording-background; }
    Light.-off-record { color: $off-record-foreground; background: $off-record-background; }
    Light.-microphone-lost, Light.-silent, Light.-disk-full, Light.-not-recording {
        color: $lost-foreground; background: $lost-background;
    }
    """

    def __init__(
        self, state: LightState = LightState.READY, *, id: str | None = None, classes: str | None = None
    ) -> None:
        super().__init__(state.value, markup=False, id=id, classes=classes)
        self._state = state
        self.add_class(_css_class(state))

    @property
    def state(self) -> LightState:
        """What is shown now."""
        return self._state

    def show(self, state: LightState) -> None:
        """Show another state; the same state again paints nothing."""
        if state == self._state:
            return
        self.remove_class(_css_class(self._state))
        self.add_class(_css_class(state))
        self._state = state
        self.update(state.value, layout=False)


def _css_class(state: LightState) -> str:
    return f"-{state.name.lower().replace('_', '-')}"
