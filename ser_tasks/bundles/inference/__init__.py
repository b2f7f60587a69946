"""From any recording to its prediction."""
