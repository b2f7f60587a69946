"""Every feature set and every model."""

import ast
import inspect
from collections.abc import Iterator, Mapping
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from pydantic import BaseModel

from pipelines.reference.markdown import code, codes, plain, table
from pipelines.settings import feature_params
from ser_tasks.features.encoders import ENCODERS
from ser_tasks.features.encoders.encoder import Encoder
from ser_tasks.features.feature_set import FeatureSet
from ser_tasks.features.table import FEATURE_SETS
from ser_tasks.models import TABLE
from ser_tasks.models.declared_model import DeclaredModel
from ser_tasks.params import Params, Section
from ser_tasks.params.reading import PARAMS_FILE, read_params

FEATURES_HEAD = """# Feature sets

What a model may read. Dimensions and frames are those of the settings in `params.yaml` ([parameters](params.md)).

"""
ENCODERS_HEAD = """
## Speech encoders

Trained by others, frozen here: of every layer the mean and the standard deviation of each unit over time, one row for
an utterance; [how to get and to choose one](../encoders.md).

"""
MODELS_HEAD = """# Models

*Settings*: its sections of `params.yaml` ([parameters](params.md)). A model that z-scores speakers hears all of a test
speaker's audio before its first answer ([protocols](../protocols.md)). Each that reads `transcripts` is there once more
as `NAME_heard`, with its settings: it reads what a speech recogniser transcribed. `svm`, `logistic` and their variants
with speaker norm are there once more for each speech encoder, as `ENCODER_NAME`: `whisper_base_logistic`.

"""


def features_page(project: Path) -> str:
    """One row for each feature set."""
    sections = feature_params(read_params(project / PARAMS_FILE))
    own = {name: features for name, features in FEATURE_SETS.items() if name not in ENCODERS}
    rows = [(code(name), *_feature_set(features, sections)) for name, features in own.items()]
    encoders = [(code(name), *_encoder(encoder)) for name, encoder in ENCODERS.items()]
    return "".join(
        (
            FEATURES_HEAD,
            table(("name", "is", "dimensions", "frames", "settings", "source"), rows),
            ENCODERS_HEAD,
            table(("name", "is", "million parameters", "layers × units", "languages", "licence", "runs on"), encoders),
        )
    )


def _encoder(encoder: Encoder) -> Iterator[str]:
    yield f"{encoder.family.title}: {encoder.family.paper}"
    yield f"{encoder.parameters:g}" if encoder.hub else ""
    yield f"{encoder.layers} × {encoder.width}" if encoder.hub else "as its config.json says"
    yield encoder.languages
    yield encoder.licence
    yield codes(encoder.family.libraries or ["numpy"])


def _feature_set(features: FeatureSet, sections: Mapping[str, Section]) -> Iterator[str]:
    about, source = _said(inspect.unwrap(getattr(features.extract, "func", features.extract)).__module__)
    yield about
    yield str(len(features.names(sections)))
    framing = features.framing and features.framing(**features.settings(sections))
    yield f"{1000 * framing.window:g} ms every {1000 * framing.hop:g} ms" if framing else "one for the utterance"
    yield codes(features.sections)
    yield source


def models_page(project: Path) -> str:
    """One row for each model."""
    params = read_params(project / PARAMS_FILE)
    rows = [(code(name), *_model(model, params)) for name, model in TABLE.items()]
    return MODELS_HEAD + table(("name", "is", "reads", "settings", "source"), rows)


def _model(model: DeclaredModel, params: Params) -> Iterator[str]:
    about, source = _said(model.module or model.code[0])
    own = {"embeddings": " An SVM learns from its embeddings."}.get(model.group, "")
    yield about + own + (" Features are z-scored for each speaker." if model.speaker_norm else "")
    yield codes(model.feature_set.split("+"))
    known: dict[int, str] = {id(section): key for key, section in params if isinstance(section, Section)}
    known |= {id(section): f"networks.{key}" for key, section in params.networks}
    yield codes(_names_of(model.section(params), known))
    yield source


def _names_of(section: Any, known: Mapping[int, str]) -> list[str]:
    """The sections of params.yaml that are, or are inside, what a model takes."""
    if id(section) in known or isinstance(section, BaseModel):
        return [known[id(section)]]
    return [name for part in vars(section).values() for name in _names_of(part, known)]


def _said(module: str) -> tuple[str, str]:
    """What a module is, and where its idea is from, by its docstrings; nothing is imported for it."""
    spec = find_spec(module)
    tree = ast.parse(Path(str(spec and spec.origin)).read_text(encoding="utf-8"))
    nodes = [node for node in ast.walk(tree) if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef)]
    texts = [text for node in nodes if (text := ast.get_docstring(node))]
    sources = [text.partition("Source: ")[2].partition("\n\n")[0] for text in texts if "Source: " in text]
    return plain(texts[0].partition("\n\n")[0]), plain(sources[0]) if sources else "–"
