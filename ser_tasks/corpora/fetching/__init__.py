"""From a published source, or a folder that is here, to a corpus in its place."""
