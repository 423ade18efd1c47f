"""The way of the data, one stage per file; a stage knows what came before it, never what comes after."""
