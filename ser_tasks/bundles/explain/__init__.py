"""Why a model answers as it does: groups of features, gradients of an answer, attention."""
