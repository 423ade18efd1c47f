"""From a microphone to the coding software, nothing in the clear on the way.

    microphone -> recording -> transcript -> transcript_anonymised -> transcript_for_coding

Each word is a file in ``interview_tui/pipeline/``; ``ARCHITECTURE.md`` has the whole map.
"""

__version__ = "0.1.0"
