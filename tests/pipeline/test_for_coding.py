"""What a coder opens: the Word file and the plain text of one interview, and what the gate reads in them."""

import io
import re
import unicodedata
import zipfile
from collections.abc import Callable
from dataclasses import replace

import docx
import pytest
from docx.document import Document
from docx.oxml.ns import qn

from interview_tui.errors import AnonymiseError, BadCode, TranscriptError, UnknownDecision
from interview_tui.pipeline.transcript import Transcript, Turn, Word
from interview_tui.pipeline.transcript_anonymised import (
    AnonymisedTranscript,
    AnonymisedTurn,
    Decision,
    decide,
    preview,
    propose,
)
from interview_tui.pipeline.transcript_for_coding import (
    FORMATS,
    CodingDocument,
    Heading,
    Remark,
    coding_docx,
    coding_txt,
    file_name,
    readable_texts,
)
from interview_tui.study.remarks import OUR_MARKS

TURNS = (
    AnonymisedTurn("Interviewer", 0.0, 8.0, "Thank you for coming. Shall we begin?"),
    AnonymisedTurn("P07", 8.5, 20.0, "Yes. My [friend 2] said: bring tea & biscuits, <now> (laughs)"),
    AnonymisedTurn("Interviewer", 21.0, 30.0, "What, if anything, has helped?"),
    AnonymisedTurn("P07", 31.0, 90.0, "At 3:15 they rang. It was like this: nobody came [inaudible 00:01:03]."),
    AnonymisedTurn("Companion", 91.0, 95.0, "Nobody."),
    AnonymisedTurn("Facilitator", 96.0, 99.0, "Would you like a break?"),
)
HEADINGS = (
    Heading("Q1", "Welcome: how are you?", 0.0),
    Heading("Q2", 'What, if anything, has "helped"?', 22.0),
    Heading("Q3", "What made things worse / harder?", 97.9),
    Heading("Q4", "What should change?", 120.0),
)
REMARKS = (Remark(95.5, "recording paused 00:31:10, 4 minutes"),)
ABOUT = (
    ("Code", "P07"),
    ("Interview", "1"),
    ("Month", "March 2026"),
    ("Guide", "version 3: final"),
    ("Checked by", "CD"),
)

BODY = [
    ("Heading 1", "Q1 Welcome how are you"),
    ("Normal", "Interviewer: Thank you for coming. Shall we begin?"),
    ("Normal", "P07: Yes. My [friend 2] said: bring tea & biscuits, <now> (laughs)"),
    ("Heading 1", "Q2 What, if anything, has helped"),
    ("Normal", "Interviewer: What, if anything, has helped?"),
    ("Normal", "P07: At 3:15 they rang. It was like this: nobody came [inaudible 00:01:03]."),
    ("Normal", "Companion: Nobody."),
    ("Normal", "[recording paused 00.31.10, 4 minutes]"),
    ("Normal", "Facilitator: Would you like a break?"),
    ("Heading 1", "Q3 What made things worse harder"),
    ("Heading 1", "Q4 What should change"),
]


@pytest.fixture
def document() -> CodingDocument:
    transcript = AnonymisedTranscript("P07", "P07/interview-01", 100.0, "base", "AB", "CD", TURNS)
    return CodingDocument(transcript, HEADINGS, REMARKS, ABOUT)


def with_turns(document: CodingDocument, *turns: AnonymisedTurn) -> CodingDocument:
    return replace(document, transcript=replace(document.transcript, turns=turns), headings=(), remarks=())


def said(document: CodingDocument, text: str, speaker: str = "P07") -> CodingDocument:
    return with_turns(document, AnonymisedTurn(speaker, 0.0, 1.0, text))


def opened(document: CodingDocument) -> Document:
    return docx.Document(io.BytesIO(coding_docx(document)))


def lines(document: CodingDocument) -> list[str]:
    return [line for line in coding_txt(document).decode().split("\n") if line]


def rezipped(content: bytes, change: Callable[[zipfile.ZipFile], None]) -> bytes:
    target = io.BytesIO(content)
    with zipfile.ZipFile(target, "a") as archive:
        change(archive)
    return target.getvalue()


# --- What is in the files ---------------------------------------------------------------------------------------------


def test_word_opens_with_questions_as_headings_and_one_paragraph_per_turn(document: CodingDocument):
    assert [(p.style.name, p.text) for p in opened(document).paragraphs] == BODY


def test_the_plain_text_says_the_same_with_a_blank_line_between(document: CodingDocument):
    assert coding_txt(document).decode() == "\n\n".join(text for _, text in BODY) + "\n"


def test_speakers_are_bold_and_their_words_are_not(document: CodingDocument):
    turns = [p for p in opened(document).paragraphs if len(p.runs) == 2]
    assert [p.runs[0].text for p in turns] == [f"{turn.speaker}:" for turn in TURNS]
    assert all(p.runs[0].bold and not p.runs[1].bold for p in turns)


def test_what_is_known_about_the_interview_is_in_the_page_header_alone(document: CodingDocument):
    word = opened(document)
    (header,) = word.sections[0].header.paragraphs
    assert header.text == "Code P07 · Interview 1 · Month March 2026 · Guide version 3 final · Checked by CD"
    assert header.style.name == "Header"
    assert not [p for p in word.paragraphs if "March" in p.text]
    assert b"March" not in coding_txt(document)


def test_lines_are_numbered_by_word_itself_from_first_to_last(document: CodingDocument):
    (numbers,) = opened(document).element.iter(qn("w:lnNumType"))
    assert (numbers.get(qn("w:countBy")), numbers.get(qn("w:restart"))) == ("1", "continuous")


def test_the_properties_tell_nothing(document: CodingDocument):
    properties = opened(document).core_properties
    names = ["author", "category", "comments", "content_status", "created", "identifier", "keywords", "language"]
    names += ["last_modified_by", "last_printed", "modified", "subject", "title", "version"]
    assert {name: getattr(properties, name) for name in names if getattr(properties, name)} == {}
    with zipfile.ZipFile(io.BytesIO(coding_docx(document))) as archive:
        everything = b"".join(archive.read(name) for name in archive.namelist())
        assert all(entry.date_time == (1980, 1, 1, 0, 0, 0) for entry in archive.infolist())
    assert not re.search(rb"python|2013|Microsoft Office|dcterms|creator", everything)


@pytest.mark.parametrize("name", FORMATS)
def test_the_same_interview_gives_the_same_bytes(document: CodingDocument, name: str, monkeypatch: pytest.MonkeyPatch):
    suffix, write = FORMATS[name]
    first = write(document)
    monkeypatch.setattr("time.time", lambda: 2_000_000_000.0)
    assert write(replace(document)) == first
    assert file_name(document, suffix) == f"P07-interview-01.{name}"


def test_a_file_name_comes_from_a_code_only(document: CodingDocument):
    stray = replace(document, transcript=replace(document.transcript, session="../interview-01"))
    with pytest.raises(BadCode):
        file_name(stray, ".docx")


# --- Where questions and remarks stand --------------------------------------------------------------------------------


@pytest.mark.parametrize(("at", "place"), [(0.0, 0), (3.99, 0), (4.0, 1), (14.24, 1), (14.25, 2), (500.0, 6)])
def test_a_question_stands_before_the_first_turn_whose_middle_is_later(document: CodingDocument, at: float, place: int):
    asked = replace(document, headings=(Heading("Q9", "Here", at),), remarks=())
    assert lines(asked).index("Q9 Here") == place


def test_questions_of_one_moment_stay_in_order_after_its_remark(document: CodingDocument):
    questions = tuple(Heading(f"Q{n}", "One after another", 50.0) for n in (3, 1, 2))
    asked = replace(document, headings=questions, remarks=(Remark(50.0, "break"),))
    assert [line[:7] for line in lines(asked)[3:8]] == ["[break]", "Q3 One ", "Q1 One ", "Q2 One ", "P07: At"]


def test_a_turn_without_words_is_left_out(document: CodingDocument):
    empty, full = AnonymisedTurn("P07", 0, 1, " \u200b\n"), AnonymisedTurn("P07", 1, 2, "Yes.")
    assert lines(with_turns(document, empty, full)) == ["P07: Yes."]


def test_an_interview_without_words_still_opens(document: CodingDocument):
    assert [p.text for p in opened(with_turns(document)).paragraphs] == []
    assert coding_txt(with_turns(document)) == b"\n"


# --- What coding software makes of it ---------------------------------------------------------------------------------


def speakers_found(texts: list[str]) -> list[str]:
    """The rule of QualCoder and MAXQDA: a speaker is what stands before a colon within the first 63 characters."""
    found = (re.match(r"\s*(.{1,63}?)\s*:", text) for text in texts)
    return [match[1] for match in found if match]


def test_speakers_are_found_and_nothing_else_is_taken_for_one(document: CodingDocument):
    said_by = [turn.speaker for turn in TURNS]
    assert speakers_found([p.text for p in opened(document).paragraphs]) == said_by
    assert speakers_found(lines(document)) == said_by


def test_nvivo_would_change_no_heading(document: CodingDocument):
    everything = replace(document, headings=(Heading("Q5", r'a:b c? d/e \ f* "g" <h> | 10:30', 0.0),))
    heading = opened(everything).paragraphs[0].text
    assert heading == "Q5 ab c d e f g h 10.30"
    assert not set(heading) & set(r':?/\*"<>|')


@pytest.mark.parametrize("label", ["", "\u200b", "P07: companion", "A" * 64])
def test_a_speaker_who_would_not_be_found_stops_the_export_and_is_not_named(document: CodingDocument, label: str):
    with pytest.raises(TranscriptError) as caught:
        coding_txt(said(document, "Yes.", speaker=label))
    assert not label.strip("\u200b") or label not in " ".join(caught.value.lines())


def test_a_speaker_of_63_characters_is_found(document: CodingDocument):
    assert speakers_found(lines(said(document, "Yes.", speaker="A" * 63))) == ["A" * 63]


# --- Characters -------------------------------------------------------------------------------------------------------

HARD = "Cafe\u0301 one\r\ntwo\tthree\u2028four\x00\x1b\x7f fi\u00ad\u200bve \U0001f600 \ud800 \ufffe ‘six’ – naïve"


@pytest.mark.parametrize("name", FORMATS)
def test_only_characters_that_every_program_counts_alike_leave(document: CodingDocument, name: str):
    hard = replace(said(document, HARD), headings=(Heading("Q1", HARD, 0.0),), about=(("Code", HARD),))
    for text in readable_texts({f"a.{name}": FORMATS[name][1](hard)}).values():
        assert max(map(ord, text)) <= 0xFFFF
        assert unicodedata.is_normalized("NFC", text)
        assert not [c for c in text if unicodedata.category(c) == "Cc" and c != "\n"]


def test_words_survive_the_cleaning(document: CodingDocument):
    expected = "P07: Café one two three four five \ufffd \ufffd \ufffd ‘six’ – naïve"
    assert lines(said(document, HARD)) == [expected]
    assert opened(said(document, HARD)).paragraphs[0].text == expected


def test_letters_that_need_joiners_keep_them(document: CodingDocument):
    assert lines(said(document, "می\u200cخواهم")) == ["P07: می\u200cخواهم"]


# --- What the gate reads ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", FORMATS)
def test_the_gate_reads_every_word_and_the_file_name(document: CodingDocument, name: str):
    marked = replace(
        said(document, "I met Zorro.", speaker="Zelda"),
        headings=(Heading("Q1", "Why Zeppelin?", 0.0),),
        remarks=(Remark(0.0, "Zebra"),),
        about=(("Code", "Zulu"),),
    )
    texts = "\n".join(readable_texts({f"Zoe.{name}": FORMATS[name][1](marked)}).values())
    in_file = {"Zoe", "Zorro", "Zelda", "Zeppelin", "Zebra"} | ({"Zulu"} if name == "docx" else set())
    assert set(re.findall(r"\bZ\w+", texts)) == in_file


def test_our_own_markup_is_nobodys_name_or_age(document: CodingDocument):
    plain = replace(said(document, "Yes."), about=(("Code", "P07"),))
    texts = readable_texts({"a.docx": coding_docx(plain)})
    assert set(re.findall(r"\w+", "\n".join(texts.values()))) == {"a", "docx", "P07", "Yes", "Code"}


def test_a_name_that_is_spread_over_runs_or_written_in_codes_is_read(document: CodingDocument):
    xml = (
        '<w:hdr xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main" note="O&#8217;Hara">'
        "<!-- Niamh --><w:p><w:r><w:t>Sar</w:t></w:r><w:r><w:t>ah</w:t></w:r></w:p></w:hdr>"
    )
    files = {"a.docx": rezipped(coding_docx(document), lambda archive: archive.writestr("word/Bruno.xml", xml))}
    texts = "\n".join(readable_texts(files).values())
    assert {"Sarah", "O’Hara", "Niamh", "Bruno"} <= set(re.findall(r"[\w’]+", texts))


def test_properties_that_somebody_filled_in_are_read(document: CodingDocument):
    word = opened(document)
    word.core_properties.author = "Sarah"
    saved = io.BytesIO()
    word.save(saved)
    assert "Sarah" in "\n".join(readable_texts({"a.docx": saved.getvalue()}).values())


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_a_part_that_hides_behind_another_of_its_name_is_read(document: CodingDocument):
    content = coding_docx(document)
    for xml in ("<a>Sarah</a>", "<a/>"):
        content = rezipped(content, lambda archive, xml=xml: archive.writestr("word/styles.xml", xml))
    assert "Sarah" in "\n".join(readable_texts({"a.docx": content}).values())


def test_what_is_written_beside_the_parts_is_read(document: CodingDocument):
    def remark(archive: zipfile.ZipFile) -> None:
        archive.comment = b"for Sarah"

    texts = readable_texts({"a.docx": rezipped(coding_docx(document), remark)})
    assert "for Sarah" in "\n".join(texts.values())


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.pdf", b"%PDF"),
        ("a", b"text"),
        ("a.txt", b"caf\xe9"),
        ("a.docx", b"not a zip"),
        ("a.docx", rezipped(b"", lambda archive: archive.writestr("word/picture.jpeg", b"\xff\xd8\xff"))),
        ("a.docx", rezipped(b"", lambda archive: archive.writestr("word/document.xml", "<w:p>"))),
    ],
)
def test_what_cannot_be_read_does_not_leave(name: str, content: bytes):
    with pytest.raises(AnonymiseError):
        readable_texts({name: content})


def test_a_damaged_word_file_does_not_leave(document: CodingDocument):
    content = bytearray(coding_docx(document))
    content[60] ^= 0xFF
    with pytest.raises(AnonymiseError):
        readable_texts({"a.docx": bytes(content)})


# --- Our own marks ----------------------------------------------------------------------------------------------------

MARKS = [f"{mark} 00:31:10, 4 minutes" for mark in OUR_MARKS]


@pytest.mark.parametrize("mark", MARKS)
def test_a_mark_of_ours_is_nobodys_turn_and_the_last_thing_where_its_place_is_not_known(
    document: CodingDocument, mark: str
):
    marked = replace(document, remarks=(Remark(float("inf"), mark),))
    assert lines(marked)[-1] == f"[{mark.replace(':', '.')}]"
    assert speakers_found(lines(marked)) == [turn.speaker for turn in TURNS]


@pytest.mark.parametrize("mark", MARKS)
def test_a_mark_of_ours_keeps_its_brackets_and_no_label_may_look_like_one(mark: str):
    heard = tuple(Word(word, n, n + 0.5, 0.9) for n, word in enumerate(f"I met Oluwaseun [then] [{mark}]".split()))
    transcript = Transcript("P07", "P07/interview-01", 60.0, "base", "0" * 64, "en", "", (Turn("P07", heard),))
    review, _ = propose(transcript, salt="salt", next_numbers={})
    assert [proposal.form for proposal in review.proposals] == ["Oluwaseun"]
    assert preview(transcript, review)[0].text == f"I met Oluwaseun (then) [{mark}]"
    with pytest.raises(UnknownDecision, match="looks like a mark"):
        decide(review, [Decision(review.proposals[0].id, "replace", f"[{mark}]", "AB", "")])
