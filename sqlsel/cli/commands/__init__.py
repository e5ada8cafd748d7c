"""One module for a command or a few of a kind; each is imported when it is called."""
