"""The panels of `ser --help`, in their order."""

FIGURES = "Figures"
CORPORA = "Corpora"
RECORDINGS = "Recordings of your own"
NETWORKS = "Networks"
