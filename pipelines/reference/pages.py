"""Pages that are a table of what the code has: commands, corpora, feature sets, models, results."""

import ast
import inspect
from collections.abc import Iterator, Mapping
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import typer
from pydantic import BaseModel
from typer.cli import get_docs_for_click

from pipelines.cli import cli
from pipelines.reference.markdown import code, codes, plain, table
from pipelines.settings import feature_params
from ser_tasks.corpora import CORPORA
from ser_tasks.corpora.corpus import Corpus
from ser_tasks.evaluation.dimensions.result import dimensions_table, read_dimension_results
from ser_tasks.evaluation.result import markdown, read_results, results_table
from ser_tasks.features.encoders import ENCODERS, encoder_of
from ser_tasks.features.encoders.encoder import Encoder
from ser_tasks.features.feature_set import FeatureSet
from ser_tasks.features.open_smile import INSTALL, LICENCE, OPEN_SMILE
from ser_tasks.features.suffixes import without_speeds
from ser_tasks.features.table import FEATURE_SETS
from ser_tasks.models import NETWORK_SPEEDS, TABLE
from ser_tasks.models.declared_model import DeclaredModel
from ser_tasks.models.dimensions import TABLE as DIMENSION_TABLE
from ser_tasks.models.dimensions.regressor import DimensionModel
from ser_tasks.params import Params, Section
from ser_tasks.params.reading import PARAMS_FILE, read_params


def commands_page(project: Path) -> str:
    """The help of every command, as Markdown; nothing is read from the project's folder."""
    command = typer.main.get_command(cli)
    context = typer.Context(command, info_name="ser")
    return get_docs_for_click(obj=command, ctx=context, name="ser", title="Commands")


CORPORA_HEAD = """# Corpora

Those that can be parsed; `ser corpora` lists which are on this machine. Each has a licence of its own: read it first.

"""


def corpora_page(project: Path) -> str:
    """A table of all, then one paragraph each; nothing is read from the project's folder."""
    rows = [
        (f"[{name}](#{name})", plain(corpus.title), corpus.kind, corpus.language, plain(corpus.size))
        for name, corpus in CORPORA.items()
    ]
    overview = table(("name", "is", "kind", "language", "size"), rows)
    return "\n".join([CORPORA_HEAD, overview, *(_corpus(corpus) for corpus in CORPORA.values())])


def _corpus(corpus: Corpus) -> str:
    presets = table(
        ("preset", "is", "classes"),
        (
            (code(name), plain(preset.description), ", ".join(sorted(set(preset.classes.values()))))
            for name, preset in corpus.presets.items()
        ),
    )
    facts = {
        "Licence": corpus.licence,
        "Cite": corpus.citation,
        "To get it": corpus.how_to_get,
        "File names": corpus.pattern,
    }
    listed = "".join(f"- {what}: {plain(text)}\n" for what, text in facts.items() if text)
    return f"## {corpus.name}\n\n{plain(corpus.title)}.\n\n{listed}\n{presets}"


FEATURES_HEAD = """# Feature sets

What a model may read. Dimensions and frames are those of the settings in `params.yaml` ([parameters](params.md)).

"""
OPEN_SMILE_HEAD = f"""
## openSMILE

Functionals of one utterance, by audEERING's library: `{INSTALL}`. {LICENCE}.
[How they compare](../sound.md#opensmile).

"""
ENCODERS_HEAD = """
## Speech encoders

Trained by others, frozen here: of every layer the mean and the standard deviation of each unit over time, one row for
an utterance; [how to get and to choose one](../encoders.md).

"""
MODELS_HEAD = """# Models

*Settings*: its sections of `params.yaml` ([parameters](params.md)). A model that z-scores speakers needs all of a test
speaker's audio before its first prediction ([protocols](../protocols.md)). For each that reads `transcripts` there is
a `NAME_heard` with the same settings, which reads the transcripts of a speech recogniser. For `svm`, `logistic` and
their variants with speaker norm there is one on each speech encoder, `ENCODER_NAME`: `whisper_base_logistic`; likewise
`whisper_base_logistic_speeds`, and of each other Whisper `whisper_small_fine_tuned`.
`efficientnet_lite0_random_segments_segment_blstm_attention` is `segment_blstm_attention` on the vectors of a network
with random weights.

"""


def features_page(project: Path) -> str:
    """One row for each feature set."""
    sections = feature_params(read_params(project / PARAMS_FILE))
    of_libraries = {name for name in FEATURE_SETS if encoder_of(name) or without_speeds(name) in OPEN_SMILE}
    own = {name: features for name, features in FEATURE_SETS.items() if name not in of_libraries}
    rows = [(code(name), *_feature_set(features, sections)) for name, features in own.items()]
    encoders = [(code(name), *_encoder(encoder)) for name, encoder in ENCODERS.items()]
    smile = [(code(name), own.configuration, str(own.n_dims), own.source) for name, own in OPEN_SMILE.items()]
    return "".join(
        (
            FEATURES_HEAD,
            table(("name", "is", "dimensions", "frames", "settings", "source"), rows),
            OPEN_SMILE_HEAD,
            table(("name", "configuration", "dimensions", "source"), smile),
            ENCODERS_HEAD,
            table(("name", "is", "million parameters", "layers × units", "languages", "licence", "runs on"), encoders),
        )
    )


def _encoder(encoder: Encoder) -> Iterator[str]:
    yield f"{encoder.family.title}: {encoder.family.paper}"
    yield f"{encoder.parameters:g}" if encoder.hub else ""
    yield f"{encoder.layers} × {encoder.width}" if encoder.hub else "as in its folder"
    yield encoder.languages
    yield encoder.licence
    yield codes(encoder.family.libraries or ["numpy"])


def _feature_set(features: FeatureSet, sections: Mapping[str, Section]) -> Iterator[str]:
    about, source = _docstring(inspect.unwrap(getattr(features.extract, "func", features.extract)).__module__)
    yield about
    yield str(len(features.names(sections)))
    framing = features.framing and features.framing(**features.settings(sections))
    yield f"{1000 * framing.window:g} ms every {1000 * framing.hop:g} ms" if framing else "one for the utterance"
    yield codes(features.sections)
    yield source


AT_SPEEDS = " Trained on recordings at several speeds; its answer is the mean over them."
NORMALISED = " Features are z-scored for each speaker."
ON_CCC = " Trained on the concordance correlation coefficient of ratings."
DIMENSION_MODELS_HEAD = """
## Valence, activation, dominance

Models of [dimensions](../dimensions.md); each also on the embeddings of a speech encoder: `ENCODER_ridge` and so on.

"""


def models_page(project: Path) -> str:
    """One row for each model."""
    params = read_params(project / PARAMS_FILE)
    rows = [(code(name), *_model(model, params)) for name, model in TABLE.items()]
    rated = [(code(name), *_dimension_model(model)) for name, model in DIMENSION_TABLE.items()]
    columns = ("name", "is", "reads", "settings", "source")
    return MODELS_HEAD + table(columns, rows) + DIMENSION_MODELS_HEAD + table(columns, rated)


def _dimension_model(model: DimensionModel) -> Iterator[str]:
    about, source = _docstring(model.module or model.code[0])
    yield about + NORMALISED * model.speaker_norm + ON_CCC * bool(model.module)
    yield code(model.feature_set)
    yield codes([name for name in (model.section_name, model.other_section) if name])
    yield source


def _model(model: DeclaredModel, params: Params) -> Iterator[str]:
    about, source = _docstring(model.module or model.code[0])
    own = {"embeddings": " An SVM is trained on its embeddings."}.get(model.group, "")
    yield about + own + AT_SPEEDS * (NETWORK_SPEEDS in model.code) + NORMALISED * model.speaker_norm
    yield codes(model.feature_set.split("+"))
    known: dict[int, str] = {id(section): key for key, section in params if isinstance(section, Section)}
    known |= {id(section): f"networks.{key}" for key, section in params.networks}
    yield codes(_names_of(model.section(params), known))
    yield source


def _names_of(section: Any, known: Mapping[int, str]) -> list[str]:
    """The sections of params.yaml that are, or are inside, what a model takes."""
    if id(section) in known or isinstance(section, BaseModel):
        return [known[id(section)]]
    parts = [part for part in vars(section).values() if not isinstance(part, int | str)]
    return [name for part in parts for name in _names_of(part, known)]


def _docstring(module: str) -> tuple[str, str]:
    """What a module is, and its source, from its docstrings; nothing is imported for it."""
    spec = find_spec(module)
    tree = ast.parse(Path(str(spec and spec.origin)).read_text(encoding="utf-8"))
    nodes = [node for node in ast.walk(tree) if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef)]
    texts = [text for node in nodes if (text := ast.get_docstring(node))]
    sources = [text.partition("Source: ")[2].partition("\n\n")[0] for text in texts if "Source: " in text]
    return plain(texts[0].partition("\n\n")[0]), plain(sources[0]) if sources else "–"


RESULTS_HEAD = """# Results

Every evaluation below `results/`, in %, as `ser results` prints them. The columns: [protocols](../protocols.md).

"""


def results_page(project: Path) -> str:
    """The same table as `ser results --markdown`."""
    rated = dimensions_table(read_dimension_results(project / "results"))
    tables = [results_table(read_results(project / "results")), *([rated] if rated else [])]
    return RESULTS_HEAD + "\n".join(markdown(rows) for rows in tables)
