"""What people see: the screens over the same core that the commands use; textual is loaded only when one is opened."""
