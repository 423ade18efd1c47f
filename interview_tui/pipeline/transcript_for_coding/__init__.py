"""Anonymised transcript in, files for the coding software out.

Every format writes the same paragraphs: ``P07: words`` for each turn, the guide's questions as headings, remarks such
as ``[recording paused, 4 minutes]``. NVivo finds the questions by the heading style; QualCoder and MAXQDA find the
speakers by the colon, so no other paragraph has one. What is known about the interview stands in Word's page header
only, because the coding software would take it for something that was said.
"""

from collections.abc import Callable, Mapping

from interview_tui.pipeline.transcript_for_coding.document import CodingDocument, Heading, Remark, file_name
from interview_tui.pipeline.transcript_for_coding.gate_texts import readable_texts
from interview_tui.pipeline.transcript_for_coding.plain import coding_txt
from interview_tui.pipeline.transcript_for_coding.word import coding_docx

FORMATS: Mapping[str, tuple[str, Callable[[CodingDocument], bytes]]] = {
    "docx": (".docx", coding_docx),
    "txt": (".txt", coding_txt),
}
"""Name of a format: the suffix of its files, and the function that writes one interview in it."""

__all__ = ["FORMATS", "CodingDocument", "Heading", "Remark", "coding_docx", "coding_txt", "file_name", "readable_texts"]
