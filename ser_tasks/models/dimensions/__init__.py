"""The table of models of valence, activation and dominance: one module each, one line here."""

from collections.abc import Mapping
from dataclasses import replace
from importlib import import_module
from typing import Any

from ser_tasks.features.encoders import ENCODERS, OF_FRAMES
from ser_tasks.features.open_smile import OPEN_SMILE
from ser_tasks.models.dimensions.regressor import DimensionModel, Regressor
from ser_tasks.models.target_section import TargetSection
from ser_tasks.text.transcripts import FEATURE_SET as TRANSCRIPTS
from ser_tasks.text.transcripts import RECOGNISED


def _line(name: str, regressor: str, feature_set: str = "functionals", **more: Any) -> DimensionModel:
    """A line of the table; its module is imported when a fold begins: scikit-learn takes seconds."""
    module = f"ser_tasks.models.dimensions.{name}"

    def build(settings: Any, *, seed: int) -> Regressor:
        own: Regressor = getattr(import_module(module), regressor)(settings, seed=seed)
        return own

    return DimensionModel(build, lambda params: getattr(params, name), feature_set, name, code=(module,), **more)


def _on_sentences() -> DimensionModel:
    """A line that reads two sections: the vectors are those of the classifier on sentences."""
    line = _line(SENTENCES_RIDGE, "SentencesRidge", TRANSCRIPTS)

    def section(params: Any) -> Any:
        from ser_tasks.params import SentenceRidgeParams, SentenceVectorsParams  # noqa: PLC0415  pydantic is dear

        encoder = params.sentence_encoder.model_dump(include=set(SentenceVectorsParams.model_fields))
        return SentenceRidgeParams(**encoder, **line.section(params).model_dump())

    return replace(
        line, section=section, other_section=SENTENCES, code=(*line.code, f"ser_tasks.models.text.{SENTENCES}")
    )


NETWORK = ("ser_tasks.models.dimensions.network_ccc", "NetworkRegressor")
NETWORK_ON_WORDS = ("ser_tasks.models.dimensions.words_network_ccc", "WordsNetworkRegressor")


def _network(name: str, feature_set: str) -> DimensionModel:
    """A network of the table of classes, with its section, trained on the CCC of ratings."""
    words = feature_set == TRANSCRIPTS
    own, regressor = NETWORK_ON_WORDS if words else NETWORK
    module = f"ser_tasks.models.{'text' if words else 'networks'}.{name}"

    def build(settings: TargetSection, *, seed: int) -> Regressor:
        built: Regressor = getattr(import_module(own), regressor)(name, settings, seed=seed)
        return built

    def section(params: Any) -> TargetSection:
        of_words = import_module("ser_tasks.models.text.target_section").TextTargetSection if words else TargetSection
        made: TargetSection = of_words(getattr(params.networks, name))
        return made

    return DimensionModel(
        build,
        section,
        feature_set,
        f"networks.{name}",
        code=(f"{module}.build_{name}", own, "ser_tasks.models.training.target_trainer"),
        keras=True,
        module=module,
    )


RIDGE = ("ridge", "RidgeRegressor")
SVR = ("svr", "SupportVectorRegressor")
SENTENCES, SENTENCES_RIDGE = "sentence_encoder", "sentence_encoder_ridge"
MLP_CCC = ("mlp_ccc", "ConcordanceNetwork")

TABLE: Mapping[str, DimensionModel] = {
    "ridge": _line(*RIDGE, from_disk=True),
    "ridge_speaker_norm": _line(*RIDGE, speaker_norm=True),
    "svr": _line(*SVR),
    "svr_speaker_norm": _line(*SVR, speaker_norm=True),
    "mlp_ccc": _line(*MLP_CCC, keras=True),
    "mlp_ccc_speaker_norm": _line(*MLP_CCC, keras=True, speaker_norm=True),
    "tfidf_ridge": _line("tfidf_ridge", "WordsRidge", TRANSCRIPTS),
    SENTENCES_RIDGE: _on_sentences(),
    "blstm_attention_ccc": _network("blstm_attention", "lld"),
    "cnn_blstm_attention_ccc": _network("cnn_blstm_attention", "log_mel"),
    "residual_cnn_ccc": _network("residual_cnn", "log_mel"),
    "attentive_statistics_ccc": _network("attentive_statistics", "whisper_base_frames"),
    "text_lstm_ccc": _network("text_lstm", TRANSCRIPTS),
    "dialogue_blstm_ccc": _network("dialogue_blstm", TRANSCRIPTS),
}

ENSEMBLE_RULES = ("average", "weighted_average")
"""Those of `ser_tasks.models.dimensions.ensemble`; the other rules of ensembles are of posteriors."""

DIMENSION_MODELS: Mapping[str, DimensionModel] = {
    **TABLE,
    **{
        f"{name}_heard": replace(model, feature_set=RECOGNISED)
        for name, model in TABLE.items()
        if model.feature_set == TRANSCRIPTS
    },
    **{
        f"{rows}_{name}": replace(model, feature_set=rows)
        for rows in (*ENCODERS, *OPEN_SMILE)
        for name, model in TABLE.items()
        if model.feature_set == "functionals"
    },
    **{
        f"{encoder.name}_attentive_statistics_ccc": replace(TABLE["attentive_statistics_ccc"], feature_set=frames)
        for frames, encoder in OF_FRAMES.items()
        if frames != TABLE["attentive_statistics_ccc"].feature_set
    },
}
"""All of them: those above; those of words also on recognised transcripts, those of sound on encoders and openSMILE."""
