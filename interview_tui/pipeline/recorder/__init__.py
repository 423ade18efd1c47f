"""The recorder: a process in a session of its own, and how screens start it, find it again and ask it (``client``)."""
