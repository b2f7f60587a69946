"""Exit statuses of commands on recordings that began."""

UNREADABLE, INTERRUPTED = 2, 130  # some recordings have no result; Ctrl-C
