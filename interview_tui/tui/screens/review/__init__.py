"""A transcript and its sound in, the words as people heard them out.

opening     an interview            -> its words, opened with the recordings passphrase
screen      keys                    -> corrections, one key each
steps       corrections             -> the words as they are, saved; and taken back
going       keys, or the sound      -> the words at hand
sounding    a recording             -> played, paused, slower, again
places      a transcript            -> where its words, doubts and seconds are
words_pane  turns                   -> a text to go about in
edit_line   words                   -> the same as somebody typed them
telling     where somebody is       -> sentences
pen         corrected words         -> sealed words on the disk
"""

from interview_tui.tui.screens.review.opening import ReviewScreen

__all__ = ["ReviewScreen"]
