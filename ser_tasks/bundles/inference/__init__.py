"""From any recording to an answer."""
