"""``consent``: answers in, one by one, each an event; the consent as it stands out."""

from collections.abc import Iterator

import click

from interview_tui.cli.context import Choices, study_choices
from interview_tui.cli.output import give_json, say
from interview_tui.errors import ConsentIncomplete
from interview_tui.interview import consenting
from interview_tui.store import Study
from interview_tui.study.consent import Answer, Consent


@click.command(
    epilog="Example: interview-tui consent P07 --written --taken-by AB --yes C1,C2,C3,C4 --no C7   "
    "In lines, one by one: interview-tui consent P07 --spoken --taken-by AB"
)
@click.argument("code")
@click.option("--written", "mode", flag_value="written", help="Answered on paper or on a form.")
@click.option("--spoken", "mode", flag_value="spoken", help="Answered aloud.")
@click.option("--taken-by", default="", help="Initials of who reads the statements.")
@click.option("--yes", default="", metavar="C1,C2", help="Statements that got a yes.")
@click.option("--no", default="", metavar="C7", help="Statements that got a no.")
@click.option("--agreed-aloud", is_flag=True, help="The person said aloud that the consent itself may be recorded.")
@click.option("--taken-back", is_flag=True, help="The person takes their consent back.")
@click.option("--json", "as_json", is_flag=True, help="Show what stands, for a program.")
@study_choices
def consent_verb(
    code: str,
    mode: str | None,
    taken_by: str,
    yes: str,
    no: str,
    agreed_aloud: bool,
    taken_back: bool,
    as_json: bool,
    choices: Choices,
) -> None:
    """Take consent from CODE, statement by statement, or show what stands.

    An answer has no default: a statement without a yes or a no stays unanswered.
    """
    with choices.open() as study:
        if agreed_aloud:
            consenting.agreed_to_be_recorded_aloud(study, code, by=taken_by or "facilitator")
            say(f"{code} agreed that the consent is recorded.  Record it: interview-tui record {code} --consent")
        elif taken_back:
            consenting.taken_back(study, code, by=taken_by or "facilitator")
            say(f"{code} took the consent back. Nothing more will be recorded.")
            say(f"To destroy what there is: interview-tui withdraw {code}")
        elif mode is not None:
            _take(study, code, mode, taken_by, _answers(yes, no))
        elif yes or no:
            raise click.UsageError("Say how the answers were given: --written or --spoken.")
        if as_json:
            _as_json(study, consenting.consent_of(study, code))
        elif mode is None and not (agreed_aloud or taken_back):
            _show(study, code)


def _answers(yes: str, no: str) -> dict[str, Answer]:
    named = [(label.strip(), Answer.YES) for label in yes.split(",")] + [
        (label.strip(), Answer.NO) for label in no.split(",")
    ]
    named = [(label, answer) for label, answer in named if label]
    if len({label for label, _ in named}) != len(named):
        raise ConsentIncomplete(
            "A statement is named twice.", safe="Nothing was written.", hint="Give each statement one answer."
        )
    return dict(named)


def _take(study: Study, code: str, mode: str, by: str, answers: dict[str, Answer]) -> None:
    if not by:
        raise click.UsageError("Say who takes the consent: --taken-by AB.")
    form = study.consent_form()
    consenting.consent_of(study, code)
    unknown = set(answers) - {statement.label for statement in form.statements}
    if unknown:
        raise ConsentIncomplete(
            "There is no consent statement " + ", ".join(sorted(unknown)) + ".",
            safe="Nothing was written.",
            hint="The statements are " + ", ".join(statement.label for statement in form.statements) + ".",
        )
    for label, given in answers.items() if answers else _ask(study):
        consenting.answer(study, code, label, given, by=by, mode=mode)
    consent = consenting.finish(study, code, by=by)
    if consent.declined_at:
        say(f"{code} does not take part. That is all right; thank them. Nothing was recorded.")
    elif consent.allows(form, "recording"):
        say(f"{code} takes part and agrees to be recorded.  Next: interview-tui record {code}")
    else:
        say(f"{code} takes part without being recorded: a notes-only interview.  The screens: interview-tui")


def _ask(study: Study) -> Iterator[tuple[str, Answer]]:
    """Each answer is given on at once, so that it is kept even if the next is never asked."""
    form = study.consent_form()
    for number, statement in enumerate(form.statements, 1):
        say("", f"Statement {number} of {len(form.statements)}, {statement.label}", statement.text)
        given = click.prompt("Their answer, y or n", type=click.Choice(["y", "n"]), show_choices=False)
        yield statement.label, Answer.YES if given == "y" else Answer.NO
        if given == "n" and statement.needed:  # nothing more is asked of somebody who does not take part
            return


def _show(study: Study, code: str) -> None:
    form, consent = study.consent_form(), consenting.consent_of(study, code)
    for statement in form.statements:
        given = consent.answers.get(statement.label) if consent else None
        kind = "needed" if statement.needed else "optional"
        say(f"{statement.label:4} {given.value if given else '(not asked)':12} {kind:9} {statement.text}")
    say("Consent stands." if consent and consent.stands(form) else "Consent does not stand (yet).")


def _as_json(study: Study, consent: Consent | None) -> None:
    form = study.consent_form()
    give_json(
        {
            "stands": consent is not None and consent.stands(form),
            "recording": consent is not None and consent.allows(form, "recording"),
            "answers": {} if consent is None else {label: given.value for label, given in consent.answers.items()},
            "unanswered": [s.label for s in form.statements] if consent is None else list(consent.unanswered(form)),
        }
    )
