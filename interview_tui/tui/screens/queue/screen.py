"""Keys to the sound in, the queue filled, put in order, begun and watched out. It goes on when this screen is left."""

import asyncio
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, ClassVar

from textual import work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.message import Message
from textual.widgets import Footer, OptionList
from textual.widgets.option_list import Option

from interview_tui.batch.telling import load_words, rules_words
from interview_tui.batch.this_machine import Load, LoadWatch
from interview_tui.errors import InterviewError
from interview_tui.pipeline.transcript import ModelFile
from interview_tui.store import Study
from interview_tui.store.running_times import RunningTimes, running_times
from interview_tui.tui.messages import TroubleMet
from interview_tui.tui.screens.ask import Ask, Choice
from interview_tui.tui.screens.queue.models import (
    DEMO,
    ON_A_STICK,
    WORTHLESS,
    check_model,
    chosen_at_first,
    in_words,
    models_here,
)
from interview_tui.tui.screens.queue.rows import QueueRow, State, prompt, queue_rows, summary, what_now
from interview_tui.tui.screens.queue.running import add_all, transcribe
from interview_tui.tui.screens.queue.steering import Steering
from interview_tui.tui.widgets import Words, plain

if TYPE_CHECKING:
    pass

GROUP = "transcribing"
"""The group of the worker, which belongs to the app and not to a screen."""

LOOK_EVERY_S = 1.0
_NOTHING = "No interview has sound yet. What is recorded or imported comes here."


@dataclass
class QueueRead(Message):
    """The queue, its rules and this computer as they were a moment ago."""

    rows: tuple[QueueRow, ...]
    times: RunningTimes
    load: Load


class QueueScreen(Steering):
    """Interviews with sound, each with its place in the queue in words."""

    CSS_PATH = "queue.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("a", "add_all", "Add all", id="queue.all", tooltip="Put all that has no words yet into the queue."),
        Binding("space", "in_or_out", "In or out", id="queue.toggle", tooltip="Put this one in, or take it out."),
        Binding("s", "start", "Start", id="queue.start", tooltip="Begin; interviews can be recorded meanwhile."),
        Binding("p", "pause", "Pause", id="queue.pause", tooltip="Hold this one; p again lets it go on where it was."),
        Binding("n", "first", "Next", id="queue.first", tooltip="Put this one first; u and d: a place up or down."),
        Binding("u", "move(-1)", "Up", show=False, id="queue.up", tooltip="One place further up in the queue."),
        Binding("d", "move(1)", "Down", show=False, id="queue.down", tooltip="One place further down in the queue."),
        Binding(
            "c", "cancel", "Cancel", show=False, id="queue.cancel", tooltip="Take it out, even while it runs; asks."
        ),
        Binding("f", "so_far", "So far", id="queue.so_far", tooltip="Read what is heard of this one so far."),
        Binding("o", "when", "Only when", id="queue.when", tooltip="Only on mains power, only at night, or any time."),
        Binding("m", "model", "Model", id="queue.model", tooltip="Choose who listens: a larger model hears better."),
        Binding("l", "listen", "Listen", id="queue.listen", tooltip="Listen to this one, and correct its words."),
        Binding("k", "check", "Check", id="queue.check", tooltip="Check the words of this one."),
        Binding("r", "look", "Read again", show=False, id="queue.look", tooltip="Read the list again now."),
        Binding("escape", "back", "Back", id="queue.back", tooltip="Back; what runs goes on."),
    ]

    def __init__(self) -> None:
        super().__init__()
        self._watch = LoadWatch()
        self._chosen = ""
        self._model: ModelFile | None = None

    @property
    def _goes_on(self) -> bool:
        return any(worker.group == GROUP and worker.is_running for worker in self.app.workers)

    def compose(self) -> ComposeResult:
        yield Words("Sound that becomes words", classes="title")
        yield Words("", id="state")
        yield Words("", id="machine", classes="muted")
        yield OptionList(id="queue", markup=False)
        yield Words("Reading …", id="about")
        yield Footer(show_command_palette=False)

    def on_mount(self) -> None:
        self._chosen = chosen_at_first(pretend=self.companion.study.config.pretend)
        self.query_one(OptionList).focus()
        self.action_look()
        self.set_interval(LOOK_EVERY_S, self.action_look)

    # what there is

    def action_look(self) -> None:
        study, running, watch = self.companion.study, self._goes_on, self._watch
        self.companion.find(
            self, lambda: QueueRead(queue_rows(study, running=running), running_times(study), watch.look())
        )

    def on_queue_read(self, message: QueueRead) -> None:
        self._rows, self._times = message.rows, message.times
        self._show()
        busy = any(row.state is State.RUNNING for row in message.rows)
        load = f" This computer: {load_words(message.load)}." if busy else ""
        self.query_one("#machine", Words).say(f"{rules_words(message.times)}{load}")

    def on_resize(self) -> None:
        self._show()

    def on_option_list_option_highlighted(self) -> None:
        self._show_about()

    def on_trouble_met(self, message: TroubleMet) -> None:
        """The list is read again in a second: a panel each time would be in the way."""
        message.stop()
        self.query_one("#about", Words).say(" ".join(message.error.lines()))

    def _show(self) -> None:
        if self._rows is None:
            return
        listed, marked = self.query_one(OptionList), self._row()
        names = max((len(row.name) for row in self._rows), default=0)
        width = listed.scrollable_content_region.width - 2  # a little air beside the bar
        prompts = {row.session.id: plain(prompt(row, name_width=names, width=width)) for row in self._rows}
        if [option.id for option in listed.options] != list(prompts):
            listed.clear_options().add_options([Option(words, id=name) for name, words in prompts.items()])
            if prompts:  # the mark stays on its interview, wherever that has gone
                still = marked is not None and marked.session.id in prompts
                listed.highlighted = list(prompts).index(marked.session.id) if still and marked else 0
        for option in listed.options:
            if option.id is not None and option.prompt != prompts[option.id]:
                listed.replace_option_prompt(option.id, prompts[option.id])
        self.query_one("#state", Words).say(summary(self._rows, self._model_name()))
        self._show_about()

    def _show_about(self) -> None:
        row = self._row()
        if self._rows is not None:
            self.query_one("#about", Words).say(_NOTHING if row is None else f"{row.name}: {what_now(row)}")

    def on_queue_changed(self) -> None:
        self.action_look()

    @work(group="asking", exclusive=True)
    async def action_add_all(self) -> None:
        model = await self.checked_model()
        if model is not None:
            self._do(partial(add_all, self.companion.study, model))

    # the model

    def _model_name(self) -> str:
        name = self._chosen.replace("\\", "/").rpartition("/")[2].removesuffix(".pt")
        return f"{DEMO}, worthless on real speech" if name == DEMO else name

    async def checked_model(self) -> ModelFile | None:
        """The chosen model, checked once; None where that cannot be, and then it was said why."""
        if self._model is None:
            self.query_one("#state", Words).say("Looking at the model …")
            try:
                self._model = await asyncio.to_thread(check_model, self._chosen)
            except InterviewError as error:
                self.companion.tell(error)
            self._show()
        return self._model

    @work(group="asking", exclusive=True)
    async def action_model(self) -> None:
        words = await asyncio.to_thread(lambda: in_words(models_here()))
        here = [Choice(str(path), f"Use {said}") for path, said in words.items()]
        back = Choice(self._chosen, f"Leave it as it is: {self._model_name()}")
        others = [*here, Choice(DEMO, "Use the demo model: worthless on real speech")]
        choices = [back, *(other for other in others if other.value != back.value)]
        none = "" if here else f"There is no model on this computer yet. {WORTHLESS}\n\n"
        ask = Ask("Who listens?", choices, safe=back.value, more=none + ON_A_STICK)
        answer = await self.app.push_screen_wait(ask)
        if answer != self._chosen:
            self._chosen, self._model = answer, None
            await self.checked_model()
        self._show()

    # running

    @work(group="asking", exclusive=True)
    async def action_start(self) -> None:
        if self._goes_on:
            self.app.notify("It runs already. What you add now comes after it.")
            return
        if not any(row.in_queue for row in self._rows or ()):
            self.app.notify("Nothing is in the queue. a adds all that waits, space adds one.")
            return
        study, model = self.companion.study, await self.checked_model()
        if model is None or not await self._fit(model, study):
            return
        keys = await self.companion.keys()
        if keys is not None and not self._goes_on:
            self.app.run_worker(partial(transcribe, self.companion, study, keys, model), thread=True, group=GROUP)
            self.action_look()

    async def _fit(self, model: ModelFile, study: Study) -> bool:
        if not model.demo or study.config.pretend:
            return True
        choices = (Choice("no", "Do not start"), Choice("yes", "Start all the same, to see how it goes"))
        ask = Ask(WORTHLESS, choices, safe="no", more=ON_A_STICK)
        return await self.app.push_screen_wait(ask) == "yes"

    def action_back(self) -> None:
        if self._goes_on:
            self.app.notify("It goes on while the program is open.")
        self.dismiss()
