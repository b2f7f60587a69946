"""MSP-Podcast, tested on Test2: turns of 117 podcasts, drawn at random and not by what a model took for emotional."""

from ser_tasks.corpora.catalogue.msp_podcast import corpus

CORPUS = corpus("Test2")
