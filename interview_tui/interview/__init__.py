"""One interview, live: consent, position in the guide, recorder. Screens and commands call the same functions here."""
