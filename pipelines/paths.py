"""Where everything lies under the project's folder: the paths that dvc.yaml declares."""

from pathlib import Path

DATA = Path("data")
DIGESTS = Path("digests")  # of the code that each stage depends on, in git
STAGES = Path("stages.yaml")  # what follows from params.yaml: the lists that dvc.yaml goes through
WORK = Path(".ser/folds")  # checkpoints, progress and weights of each fold
EVENTS = Path(".ser/tensorboard")
OUTCOMES = Path(".ser/outcomes")  # of folds that were trained on another machine
IMPORTED = DATA / "imported"  # NAME.yaml and NAME.csv of each corpus that `ser import` added
RECOGNISED = Path(".ser/heard")  # shards of transcripts: recognising goes on from them
SHIPPED = Path("models")  # bundles that the project comes with
DEGRADED = Path(".ser/degraded")  # features of degraded recordings
STUDIES = Path(".ser/studies")  # of hyper-parameters


def corpus_root(corpus: str) -> Path:
    """The recordings: a folder, or a link to one that the user already has."""
    return DATA / "corpora" / corpus


def manifest(corpus: str) -> Path:
    """The version of a corpus: a sha256 for each file."""
    return DATA / "manifests" / f"{corpus}.csv"


def utterances(corpus: str) -> Path:
    """The utterance table."""
    return DATA / "utterances" / f"{corpus}.parquet"


def votes(corpus: str) -> Path:
    """Votes of its raters, beside the utterance table."""
    return DATA / "votes" / f"{corpus}.parquet"


def declaration(corpus: str) -> Path:
    """What the corpus' module states and evaluations depend on: label maps, kind, licence."""
    return DATA / "utterances" / f"{corpus}.json"


def heard(corpus: str) -> Path:
    """Transcripts by a speech recogniser."""
    return DATA / "heard" / f"{corpus}.parquet"


def features(corpus: str, feature_set: str) -> Path:
    """The shards of one feature set."""
    return DATA / "features" / corpus / feature_set


def predictions(corpus: str, protocol: str, model: str) -> Path:
    """Posteriors of every test utterance."""
    return DATA / "predictions" / corpus / protocol / f"{model}.parquet"


def ensemble(corpus: str, protocol: str, name: str) -> Path:
    """Posteriors of several models made one."""
    return DATA / "ensembles" / corpus / protocol / f"{name}.parquet"


def embeddings(corpus: str, protocol: str, model: str) -> Path:
    """What the networks of an evaluation make of every utterance."""
    return DATA / "embeddings" / corpus / protocol / f"{model}.parquet"


def bundle(name: str) -> Path:
    """A trained model with all that it takes to use it."""
    return DATA / "bundles" / name


def costs(corpus: str, protocol: str, model: str) -> Path:
    """What an evaluation took: seconds, sizes, epochs."""
    return DATA / "costs" / corpus / protocol / f"{model}.json"


def events(corpus: str, protocol: str, model: str) -> Path:
    """Folder of the event files of a network's trainings, by fold, for TensorBoard."""
    return EVENTS / corpus / protocol / model


def snr(corpus: str) -> Path:
    """An estimate of the signal-to-noise ratio of every utterance."""
    return DATA / "snr" / f"{corpus}.parquet"


def plots(corpus: str, protocol: str, model: str) -> Path:
    """Tables that `dvc plots` draws."""
    return DATA / "plots" / corpus / protocol / model


def tried(corpus: str) -> Path:
    """How every network did on one fold."""
    return Path("results") / corpus / "every_network.json"


def importance(corpus: str, protocol: str, model: str) -> Path:
    """Which groups of features a model relies on."""
    kept = "" if protocol == "speaker_independent" else f"{protocol}_"
    return Path("results") / corpus / f"importance_{kept}{model}.json"


def heard_result(corpus: str) -> Path:
    """How far they are from the manual ones."""
    return Path("results") / corpus / "heard.json"


def result(corpus: str, protocol: str, model: str) -> Path:
    """The figures, in git."""
    return Path("results") / corpus / protocol / f"{model}.json"


def dimension_predictions(corpus: str, protocol: str, model: str) -> Path:
    """Valence, activation and dominance of every test utterance, beside its ratings."""
    return DATA / "dimensions" / corpus / protocol / f"{model}.parquet"


def dimension_result(corpus: str, protocol: str, model: str) -> Path:
    """The figures of dimensions, in git, apart from those of classes."""
    return Path("results") / "dimensions" / corpus / protocol / f"{model}.json"


def dimension_metrics(corpus: str, protocol: str, model: str) -> Path:
    """Their headline as numbers alone, in git."""
    return Path("metrics") / "dimensions" / corpus / protocol / f"{model}.json"


def dimension_plot(corpus: str, protocol: str, model: str) -> Path:
    """The table that `dvc plots` draws of them."""
    return DATA / "plots" / "dimensions" / corpus / protocol / f"{model}.csv"


def metrics(corpus: str, protocol: str, model: str) -> Path:
    """Its headline as numbers alone, in git: what `dvc metrics` and `dvc exp` show."""
    return Path("metrics") / corpus / protocol / f"{model}.json"


def inflation(corpus: str, model: str) -> Path:
    """How its figures differ from protocol to protocol, in git."""
    return Path("results") / corpus / f"inflation_{model}.json"


def studies(corpus: str, protocol: str, model: str) -> Path:
    """Every study of one model's hyper-parameters, as SQLite."""
    return STUDIES / f"{corpus}-{protocol}-{model}.db"


def tuned(corpus: str, protocol: str, model: str) -> Path:
    """The figures of tuning, in git, apart from those of evaluations."""
    return Path("results") / "tuning" / corpus / protocol / f"{model}.json"


def degraded(corpus: str, feature_set: str, condition: str) -> Path:
    """The shards of one feature set under one condition."""
    return DEGRADED / corpus / feature_set / condition


def robustness(corpus: str, model: str) -> Path:
    """The figures on degraded recordings, in git."""
    return Path("results") / corpus / f"robustness_{model}.json"


def robustness_picture(corpus: str, model: str) -> Path:
    """The same as a picture."""
    return DATA / "plots" / corpus / "robustness" / f"{model}.png"
