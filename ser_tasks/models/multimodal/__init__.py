"""Networks that hear and read: branches joined before their answers, and trained together."""
