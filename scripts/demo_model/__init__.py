"""A small grammar in, the demo model out: 3.4 MB that know our own made-up sentences and nothing else.

grammar      chance                  -> sentences, as they are read aloud and as they are written
voices       a sentence              -> sound, by espeak-ng
utterances   sentences and voices    -> a data set: spectra and tokens
lessons      a data set              -> windows with what a Whisper should write about each
network      a small Whisper         -> the same with only the tokens that the grammar uses, ready to learn
training     lessons                 -> weights
exporting    weights                 -> a file that openai-whisper opens
evaluating   such a file             -> how many words it gets wrong, on sentences made for that
"""
