"""The marked interview of the queue in; whatever a person can do to it: in and out, order, pause, read, check."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, cast

from textual import work
from textual.message import Message
from textual.screen import Screen
from textual.widgets import OptionList

from interview_tui.batch import transcribing
from interview_tui.batch.so_far import Unfinished
from interview_tui.pipeline.transcript import ModelFile
from interview_tui.store import Study, queue
from interview_tui.store.running_times import RunningTimes, keep_running_times
from interview_tui.tui.screens.ask import Ask, Choice
from interview_tui.tui.screens.queue.asking import DROP, LEAVE, ask_cancel, ask_times
from interview_tui.tui.screens.queue.rows import QueueRow, State
from interview_tui.tui.screens.queue.running import take_out
from interview_tui.tui.screens.queue.so_far import SoFarScreen

if TYPE_CHECKING:
    from interview_tui.tui.app import CompanionApp


@dataclass
class QueueChanged(Message):
    """Something was put into the queue, or taken out."""


class Steering(Screen[None]):
    """What the keys do to the marked interview, and to the rules of the queue."""

    def __init__(self) -> None:
        super().__init__()
        self._rows: tuple[QueueRow, ...] | None = None
        self._times = RunningTimes()

    @property
    def companion(self) -> "CompanionApp":
        return cast("CompanionApp", self.app)

    def _row(self) -> QueueRow | None:
        """The marked one."""
        option = self.query_one(OptionList).highlighted_option
        return next((row for row in self._rows or () if option and row.session.id == option.id), None)

    def _do(self, work: Callable[[], object]) -> None:
        self.companion.write(work, self._look_soon)

    def _look_soon(self) -> None:
        """From the writing thread, which must not wait for a screen."""
        self.post_message(QueueChanged())

    async def checked_model(self) -> ModelFile | None:
        """The model that is chosen; None where it cannot be used, and then it was said why."""
        raise NotImplementedError

    # in and out

    @work(group="asking", exclusive=True)
    async def action_in_or_out(self) -> None:
        row, study = self._row(), self.companion.study
        if row is None:
            return
        if row.job is not None:
            await self._take_out(row)
        elif row.state is State.OUT or await self._anew(row):
            model = await self.checked_model()
            if model is not None:
                self._do(partial(transcribing.enqueue, study, row.session, model, again=True))

    @work(group="asking", exclusive=True)
    async def action_cancel(self) -> None:
        row = self._row()
        if row is not None and row.job is not None:
            await self._take_out(row)

    async def _take_out(self, row: QueueRow) -> None:
        """Ask where there is something to lose."""
        answer = await ask_cancel(self.app, row) if row.here or row.heard else DROP
        if answer != LEAVE:
            self._do(partial(take_out, self.companion.study, row.session.id, drop=answer == DROP))

    def action_pause(self) -> None:
        row = self._row()
        if row is not None and row.job is not None:
            do = queue.go_on if row.state in (State.PAUSED, State.STOPPED) else queue.pause
            self._do(partial(do, self.companion.study, row.session.id))

    def action_first(self) -> None:
        self._steer(queue.put_first)

    def action_move(self, step: int) -> None:
        self._steer(partial(queue.move, step=step))

    def _steer(self, do: Callable[[Study, str], None]) -> None:
        row = self._row()
        if row is not None and row.job is not None:
            self._do(partial(do, self.companion.study, row.session.id))

    @work(group="asking", exclusive=True)
    async def action_when(self) -> None:
        times = await ask_times(self.app, self._times)
        if times != self._times:
            self._do(partial(keep_running_times, self.companion.study, times))

    async def _anew(self, row: QueueRow) -> bool:
        choices = (Choice("keep", "Leave it as it is"), Choice("anew", "Make it anew, perhaps with a better model"))
        corrected = await asyncio.to_thread(transcribing.corrected_before, self.companion.study, row.session.id)
        more = f"Decisions stand where the words are the same. A sign-off is asked for again.\n\n{corrected}".strip()
        ask = Ask(f"{row.name} has a transcript already.", choices, safe="keep", more=more)
        return await self.app.push_screen_wait(ask) == "anew"

    # its words

    @work(group="asking", exclusive=True)
    async def action_so_far(self) -> None:
        row = self._row()
        if row is None or not row.heard:
            self.app.notify("Nothing of it is heard so far." if row and row.words is None else "Its words: k, or l.")
            return
        keys = await self.companion.keys()
        if keys is not None:
            self.app.push_screen(SoFarScreen(row.name, Unfinished(self.companion.study, keys, row.session.id)))

    def action_listen(self) -> None:
        from interview_tui.tui.screens.review import ReviewScreen

        self._open(ReviewScreen)

    def action_check(self) -> None:
        from interview_tui.tui.screens.check import CheckScreen

        self._open(CheckScreen)

    def _open(self, screen: Callable[[str], Screen[None]]) -> None:
        row = self._row()
        if row is not None and row.words is not None:
            self.app.push_screen(screen(row.session.id))
        elif row is not None:
            self.app.notify(f"{row.name} has no words yet.")
