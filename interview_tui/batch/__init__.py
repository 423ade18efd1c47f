"""Many recordings, afterwards: transcribe, propose, decide, sign off, export. Needs the recordings passphrase."""
