"""A folder name in, a whole pretend study out: every part real but the people."""
