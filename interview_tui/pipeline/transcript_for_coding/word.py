"""The paragraphs of an interview in, a Word file out; the same bytes for the same interview.

The file is written part by part, because a library's template brings its own name as the author, a date, a picture and
lists of fonts, some of which are people's names: the gate before an export would stop at them for ever.
"""

import io
import re
import zipfile
from xml.sax.saxutils import escape

from interview_tui.pipeline.transcript_for_coding.document import CodingDocument, Paragraph, about_line, paragraphs

_XML = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
_TYPES = "application/vnd.openxmlformats-officedocument"
_LINKS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_WORDS = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'

FIXED_PARTS = {
    "[Content_Types].xml": f"""{_XML}<Types xmlns="{_PACKAGE}/content-types">
<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>
<Default Extension="xml" ContentType="application/xml"/>
<Override PartName="/word/document.xml" ContentType="{_TYPES}.wordprocessingml.document.main+xml"/>
<Override PartName="/word/styles.xml" ContentType="{_TYPES}.wordprocessingml.styles+xml"/>
<Override PartName="/word/settings.xml" ContentType="{_TYPES}.wordprocessingml.settings+xml"/>
<Override PartName="/word/header1.xml" ContentType="{_TYPES}.wordprocessingml.header+xml"/>
<Override PartName="/docProps/core.xml" ContentType="application/vnd.openxmlformats-package.core-properties+xml"/>
<Override PartName="/docProps/app.xml" ContentType="{_TYPES}.extended-properties+xml"/>
</Types>
""",
    "_rels/.rels": f"""{_XML}<Relationships xmlns="{_PACKAGE}/relationships">
<Relationship Id="rId1" Type="{_LINKS}/officeDocument" Target="word/document.xml"/>
<Relationship Id="rId2" Type="{_PACKAGE}/relationships/metadata/core-properties" Target="docProps/core.xml"/>
<Relationship Id="rId3" Type="{_LINKS}/extended-properties" Target="docProps/app.xml"/>
</Relationships>
""",
    "docProps/core.xml": f'{_XML}<coreProperties xmlns="{_PACKAGE}/metadata/core-properties"/>\n',
    "docProps/app.xml": (
        f'{_XML}<Properties xmlns="http://schemas.openxmlformats.org/officeDocument/2006/extended-properties"/>\n'
    ),
    "word/_rels/document.xml.rels": f"""{_XML}<Relationships xmlns="{_PACKAGE}/relationships">
<Relationship Id="rId1" Type="{_LINKS}/styles" Target="styles.xml"/>
<Relationship Id="rId2" Type="{_LINKS}/settings" Target="settings.xml"/>
<Relationship Id="rId3" Type="{_LINKS}/header" Target="header1.xml"/>
</Relationships>
""",
    # Without this Word would open the file in its compatibility mode.
    "word/settings.xml": f"""{_XML}<w:settings {_WORDS}><w:compat>
<w:compatSetting w:name="compatibilityMode" w:uri="http://schemas.microsoft.com/office/word" w:val="15"/>
</w:compat></w:settings>
""",
    "word/styles.xml": f"""{_XML}<w:styles {_WORDS}>
<w:docDefaults>
<w:rPrDefault><w:rPr><w:rFonts w:ascii="Arial" w:hAnsi="Arial" w:cs="Arial"/><w:sz w:val="22"/></w:rPr></w:rPrDefault>
<w:pPrDefault><w:pPr><w:spacing w:after="160" w:line="300" w:lineRule="auto"/></w:pPr></w:pPrDefault>
</w:docDefaults>
<w:style w:type="paragraph" w:default="1" w:styleId="Normal"><w:name w:val="Normal"/><w:qFormat/></w:style>
<w:style w:type="paragraph" w:styleId="Heading1"><w:name w:val="heading 1"/><w:basedOn w:val="Normal"/>
<w:next w:val="Normal"/><w:uiPriority w:val="9"/><w:qFormat/>
<w:pPr><w:keepNext/><w:spacing w:before="360"/><w:outlineLvl w:val="0"/></w:pPr>
<w:rPr><w:b/><w:sz w:val="28"/></w:rPr></w:style>
<w:style w:type="paragraph" w:styleId="Header"><w:name w:val="header"/><w:basedOn w:val="Normal"/>
<w:rPr><w:sz w:val="18"/></w:rPr></w:style>
</w:styles>
""",
}
"""Parts that are the same in every file, so that they hold nothing of anybody."""

_DOCUMENT = (f'{_XML}<w:document {_WORDS} xmlns:r="{_LINKS}"><w:body>\n', "</w:body></w:document>\n")
_HEADER = (
    f'{_XML}<w:hdr {_WORDS}><w:p><w:pPr><w:pStyle w:val="Header"/></w:pPr><w:r><w:t>',
    "</w:t></w:r></w:p></w:hdr>\n",
)
_QUESTION = ('<w:p><w:pPr><w:pStyle w:val="Heading1"/></w:pPr><w:r><w:t>', "</w:t></w:r></w:p>\n")
_REMARK = ("<w:p><w:r><w:t>", "</w:t></w:r></w:p>\n")
_TURN = (
    "<w:p><w:r><w:rPr><w:b/></w:rPr><w:t>",
    ':</w:t></w:r><w:r><w:t xml:space="preserve"> ',
    "</w:t></w:r></w:p>\n",
)
# A4. Word's own line numbers are shown beside the text and are no part of it.
_SECTION = (
    '<w:sectPr><w:headerReference w:type="default" r:id="rId3"/><w:pgSz w:w="11906" w:h="16838"/>'
    '<w:pgMar w:top="1440" w:right="1440" w:bottom="1440" w:left="1440" w:header="709" w:footer="709" w:gutter="0"/>'
    '<w:lnNumType w:countBy="1" w:restart="continuous"/></w:sectPr>\n'
)

TAG = re.compile("<[^<>]*>")
OUR_TAGS = frozenset(TAG.findall("".join((*_DOCUMENT, *_HEADER, *_QUESTION, *_REMARK, *_TURN, _SECTION))))
"""Every tag that the changing parts are written with, letter by letter."""

_NO_DATE = (1980, 1, 1, 0, 0, 0)


def coding_docx(document: CodingDocument) -> bytes:
    """One interview as a Word file: speakers in bold, questions as "Heading 1", line numbers, blank properties."""
    body = "".join(map(_paragraph, paragraphs(document)))
    changing = {
        "word/document.xml": _DOCUMENT[0] + body + _SECTION + _DOCUMENT[1],
        "word/header1.xml": escape(about_line(document)).join(_HEADER),
    }
    return _zipped(FIXED_PARTS | changing)


def _paragraph(paragraph: Paragraph) -> str:
    text = escape(paragraph.text)
    match paragraph.kind:
        case "question":
            return text.join(_QUESTION)
        case "remark":
            return text.join(_REMARK)
        case "turn":
            return _TURN[0] + escape(paragraph.speaker) + _TURN[1] + text + _TURN[2]


def _zipped(parts: dict[str, str]) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        for name, text in parts.items():
            entry = zipfile.ZipInfo(name, _NO_DATE)
            entry.create_system = 0  # else the bytes would tell which system wrote them
            archive.writestr(entry, text.encode(), zipfile.ZIP_DEFLATED)
    return target.getvalue()
