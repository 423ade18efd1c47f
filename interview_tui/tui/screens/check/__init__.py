"""A transcript in, decisions about all that may tell who somebody is, and a second reader's sign-off, out.

opening     an interview               -> its words, opened with the recordings passphrase
deciding    words and proposals        -> decisions, one key each
checking    decisions                  -> where we are, what is open, what can be taken back; only in memory
saving      decisions                  -> their way to the disk, as the head of the screen tells it
pen         decisions                  -> sealed words on the disk
text_pane   turns                      -> a text to read, with places marked
ask_line    a question                 -> one line of words
sign_off    the anonymous text         -> a second reader's word
"""

from interview_tui.tui.screens.check.opening import CheckScreen

__all__ = ["CheckScreen"]
