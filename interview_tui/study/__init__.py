"""What a study is made of, as plain frozen objects: guide, consent, participant, session, events."""
