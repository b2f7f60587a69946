"""Audio-text networks: branches joined before their output layers, and trained together."""
