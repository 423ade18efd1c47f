"""The paragraphs of an interview in, plain text out: UTF-8, no byte order mark, LF."""

from interview_tui.pipeline.transcript_for_coding.document import CodingDocument, Paragraph, paragraphs


def coding_txt(document: CodingDocument) -> bytes:
    """The same words as in the Word file. A blank line between paragraphs ends a speaker's turn for QualCoder."""
    return ("\n\n".join(map(_line, paragraphs(document))) + "\n").encode()


def _line(paragraph: Paragraph) -> str:
    return f"{paragraph.speaker}: {paragraph.text}" if paragraph.kind == "turn" else paragraph.text
