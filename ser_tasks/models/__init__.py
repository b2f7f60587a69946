"""The table of models: one module each, one line here."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from importlib import import_module
from typing import Any

from ser_tasks.features.encoders import ENCODERS, OF_FRAMES, OF_MEL, OF_SEGMENTS
from ser_tasks.features.open_smile import OPEN_SMILE
from ser_tasks.features.suffixes import SPEEDS
from ser_tasks.models.declared_model import DeclaredModel
from ser_tasks.models.embedding_svm import embedding_svm
from ser_tasks.models.fine_tuning import NETWORK as FINE_TUNED
from ser_tasks.models.fine_tuning import fine_tuned
from ser_tasks.models.multimodal.network import speech_text_network
from ser_tasks.models.network import network, network_builder, published
from ser_tasks.models.recogniser import Model, Recogniser
from ser_tasks.models.target_section import TargetSection
from ser_tasks.models.text.network import text_network
from ser_tasks.text.transcripts import FEATURE_SET as TRANSCRIPTS
from ser_tasks.text.transcripts import RECOGNISED


def _later(module: str, recogniser: str, section: str, feature_set: str, group: str, **more: Any) -> Model:
    """A line of the table whose module is imported when a fold begins: scikit-learn takes seconds."""

    def build(settings: Any, **how: Any) -> Recogniser:
        own: Recogniser = getattr(import_module(module), recogniser)(settings, **how)
        return own

    return Model(build, lambda params: getattr(params, section), feature_set, group, code=(module,), **more)


def _classifier(module: str, recogniser: str, section: str, feature_set: str, group: str, **more: Any) -> DeclaredModel:
    """The same, and the name of its section of params.yaml."""
    model = _later(module, recogniser, section, feature_set, group, **more)
    return DeclaredModel(**vars(model), section_name=section)


SVM = ("ser_tasks.models.svm", "SvmRecogniser", "svm", "functionals", "svm")
SVM_PUBLISHED = (
    *("ser_tasks.models.svm_published", "PublishedSvmRecogniser", "svm_published"),
    *("published_functionals", "svm"),
)
LOGISTIC = ("ser_tasks.models.logistic", "LogisticRecogniser", "logistic")
LOGISTIC_LARGE = ("ser_tasks.models.logistic_large", "LogisticLargeRecogniser", "logistic")
LOGISTIC_VOTES = ("ser_tasks.models.logistic_votes", "LogisticVotesRecogniser", "logistic")
LOGISTIC_SPEEDS = ("ser_tasks.models.logistic_speeds", "LogisticSpeedsRecogniser", "logistic")
TFIDF = ("ser_tasks.models.text.tfidf", "TfidfRecogniser")
SENTENCES = ("ser_tasks.models.text.sentence_encoder", "SentenceEncoderRecogniser")
TEXT_VOTES = "ser_tasks.models.text.votes"


def _speeds_section(params: Any) -> Any:
    from ser_tasks.models.logistic_speeds import SpeedsSection  # noqa: PLC0415  with SciPy

    return SpeedsSection(params.logistic, 1 + len(params.speeds.rates))


def _logistic_speeds(**more: Any) -> DeclaredModel:
    line = _classifier(*LOGISTIC_SPEEDS, f"functionals{SPEEDS}", "svm", **more)
    return replace(line, section=_speeds_section)


def _sentences_on_votes() -> DeclaredModel:
    line = _classifier(TEXT_VOTES, "SentencesVotes", "sentence_encoder", TRANSCRIPTS, TRANSCRIPTS)
    return replace(line, code=(TEXT_VOTES, SENTENCES[0]))


NETWORK_SPEEDS = "ser_tasks.models.network_speeds"
VOTED = ("ser_tasks.models.network_votes", "ser_tasks.models.training.target_trainer")


def _on_votes(name: str, feature_set: str) -> DeclaredModel:
    """A network once more, with its section, trained on the votes of raters."""
    line = network(name, feature_set)

    def build(section: Any, *, classes: Sequence[str], seed: int) -> Recogniser:
        recogniser: Recogniser = import_module(VOTED[0]).NetworkVotesRecogniser(
            network_builder(name), section, classes=classes, seed=seed
        )
        return recogniser

    def section(params: Any) -> TargetSection:
        return TargetSection(getattr(params.networks, name))

    return replace(line, build=build, section=section, code=(line.code[0], *VOTED))


WORDS_VOTED, WORDS_TARGETS = "ser_tasks.models.text.network_votes", "ser_tasks.models.text.target_section"


def _words_on_votes(name: str) -> DeclaredModel:
    """A network on words once more, with its section, trained on the votes of raters."""
    line = text_network(name)

    def build(section: Any, *, classes: Sequence[str], seed: int) -> Recogniser:
        recogniser: Recogniser = import_module(WORDS_VOTED).TextNetworkVotesRecogniser(
            getattr(import_module(line.module), f"build_{name}"), section, classes=classes, seed=seed
        )
        return recogniser

    def section(params: Any) -> Any:
        return import_module(WORDS_TARGETS).TextTargetSection(getattr(params.networks, name))

    return replace(line, build=build, section=section, code=(line.code[0], WORDS_VOTED, *VOTED))


def _at_speeds(name: str, feature_set: str, **more: Any) -> DeclaredModel:
    """A network once more, with its section, on recordings at several speeds."""
    line = network(name, feature_set, **more)

    def build(section: Any, *, classes: Sequence[str], seed: int) -> Recogniser:
        recogniser: Recogniser = import_module(NETWORK_SPEEDS).NetworkSpeedsRecogniser(
            network_builder(name), section, classes=classes, seed=seed
        )
        return recogniser

    read = f"{feature_set}{SPEEDS}"
    return replace(line, build=build, feature_set=read, group=read, code=(*line.code, NETWORK_SPEEDS))


SEGMENT_NETWORK = "segment_blstm_attention"
FRAMES_NETWORK = "attentive_statistics"
FRAMES_NETWORKS = tuple(
    f"{FRAMES_NETWORK}{variant}" for variant in ("", "_speaker_norm", SPEEDS, f"{SPEEDS}_speaker_norm")
)

TABLE: Mapping[str, DeclaredModel] = {
    "svm": _classifier(*SVM),
    "svm_speaker_norm": _classifier(*SVM, speaker_norm=True),
    "svm_published": _classifier(*SVM_PUBLISHED),
    "logistic": _classifier(*LOGISTIC, "functionals", "svm"),
    "logistic_speaker_norm": _classifier(*LOGISTIC, "functionals", "svm", speaker_norm=True),
    "logistic_large": _classifier(*LOGISTIC_LARGE, "functionals", "svm"),
    "logistic_votes": _classifier(*LOGISTIC_VOTES, "functionals", "svm"),
    "logistic_speeds": _logistic_speeds(),
    "logistic_speeds_speaker_norm": _logistic_speeds(speaker_norm=True),
    "mlp": network("mlp", "functionals"),
    "mlp_votes": _on_votes("mlp", "functionals"),
    "mlp_speaker_norm": network("mlp", "functionals", speaker_norm=True),
    "blstm_attention": network("blstm_attention", "lld"),
    "blstm_attention_speaker_norm": network("blstm_attention", "lld", speaker_norm=True),
    "blstm_attention_speeds": _at_speeds("blstm_attention", "lld"),
    "blstm_attention_votes": _on_votes("blstm_attention", "lld"),
    "lstm_attention": network("lstm_attention", "lld"),
    "lstm_attention_speaker_norm": network("lstm_attention", "lld", speaker_norm=True),
    "cnn_blstm_attention": network("cnn_blstm_attention", "log_mel"),
    "cnn_blstm_attention_speaker_norm": network("cnn_blstm_attention", "log_mel", speaker_norm=True),
    "cnn_blstm_attention_speeds": _at_speeds("cnn_blstm_attention", "log_mel"),
    "cnn_blstm_attention_votes": _on_votes("cnn_blstm_attention", "log_mel"),
    "spectrogram_cnn": network("spectrogram_cnn", "log_mel"),
    "spectrogram_cnn_speaker_norm": network("spectrogram_cnn", "log_mel", speaker_norm=True),
    "td_cnn_lstm": network("td_cnn_lstm", "log_mel"),
    "td_cnn_lstm_speaker_norm": network("td_cnn_lstm", "log_mel", speaker_norm=True),
    "patch_dcnn_blstm": network("patch_dcnn_blstm", "log_mel"),
    SEGMENT_NETWORK: network(SEGMENT_NETWORK, "efficientnet_lite0_segments"),
    FRAMES_NETWORK: network(FRAMES_NETWORK, "whisper_base_frames"),
    f"{FRAMES_NETWORK}_speaker_norm": network(FRAMES_NETWORK, "whisper_base_frames", speaker_norm=True),
    f"{FRAMES_NETWORK}{SPEEDS}": _at_speeds(FRAMES_NETWORK, "whisper_base_frames"),
    f"{FRAMES_NETWORK}{SPEEDS}_speaker_norm": _at_speeds(FRAMES_NETWORK, "whisper_base_frames", speaker_norm=True),
    FINE_TUNED: fine_tuned("whisper_base"),
    "residual_cnn": network("residual_cnn", "log_mel"),
    "residual_cnn_speaker_norm": network("residual_cnn", "log_mel", speaker_norm=True),
    "residual_cnn_speeds": _at_speeds("residual_cnn", "log_mel"),
    "residual_cnn_svm": embedding_svm("residual_cnn", "log_mel"),
    "psd_cnn": network("psd_cnn", "psd_image"),
    "blstm_attention_published": published("blstm_attention", "lld_and_pitch"),
    "lstm_attention_published": published("lstm_attention", "lld_sobczak"),
    "cnn_blstm_attention_published": published("cnn_blstm_attention", "log_mel_ki4ai_skc"),
    "td_cnn_lstm_published": published("td_cnn_lstm", "log_mel_fabien"),
    "patch_dcnn_blstm_published": published("patch_dcnn_blstm", "log_mel_malaker"),
    "psd_cnn_published": published("psd_cnn", "psd_image"),
    "tfidf": _classifier(*TFIDF, "tfidf", TRANSCRIPTS, TRANSCRIPTS),
    "tfidf_context": _classifier(*TFIDF, "tfidf_context", TRANSCRIPTS, TRANSCRIPTS),
    "tfidf_votes": _classifier(TEXT_VOTES, "TfidfVotes", "tfidf", TRANSCRIPTS, TRANSCRIPTS),
    "sentence_encoder": _classifier(*SENTENCES, "sentence_encoder", TRANSCRIPTS, TRANSCRIPTS),
    "sentence_encoder_votes": _sentences_on_votes(),
    "text_lstm": text_network("text_lstm"),
    "text_lstm_votes": _words_on_votes("text_lstm"),
    "dialogue_blstm": text_network("dialogue_blstm"),
    "dialogue_blstm_votes": _words_on_votes("dialogue_blstm"),
    "speech_text_fusion": speech_text_network("speech_text_fusion", "functionals"),
    "psd_text_fusion": speech_text_network("psd_text_fusion", "psd_image"),
}

HEARD_MODELS: Mapping[str, DeclaredModel] = {
    f"{name}_heard": replace(model, feature_set=RECOGNISED, group=RECOGNISED)
    for name, model in TABLE.items()
    if model.feature_set == TRANSCRIPTS
}
"""The models on words once more, with the same settings, on recognised transcripts."""

HEADS = (
    "svm",
    "svm_speaker_norm",
    "logistic",
    "logistic_speaker_norm",
    "logistic_large",
    "logistic_votes",
    "mlp",
    "mlp_votes",
    "mlp_speaker_norm",
)

SPEEDS_HEADS = ("logistic_speeds", "logistic_speeds_speaker_norm")

ENCODER_MODELS: Mapping[str, DeclaredModel] = {
    f"{encoder}_{name}": replace(TABLE[name], feature_set=f"{encoder}{at_speeds}", group="encoders")
    for encoder in (*ENCODERS, *OPEN_SMILE)
    for names, at_speeds in ((HEADS, ""), (SPEEDS_HEADS, SPEEDS))
    for name in names
}
"""The models on one row for each utterance once more, on the embeddings of each speech encoder and on openSMILE's."""

SEGMENT_MODELS: Mapping[str, DeclaredModel] = {
    f"{name}_{SEGMENT_NETWORK}": replace(TABLE[SEGMENT_NETWORK], feature_set=name, group=name)
    for name in OF_SEGMENTS
    if name != TABLE[SEGMENT_NETWORK].feature_set
}
"""The network on segments once more, with the same settings, on those of every other encoder: the control."""

FRAMES_MODELS: Mapping[str, DeclaredModel] = {
    f"{encoder.name}_{line}": replace(TABLE[line], feature_set=read, group=read)
    for name, encoder in OF_FRAMES.items()
    for line in FRAMES_NETWORKS
    if (read := f"{name}{SPEEDS}" if SPEEDS in line else name) != TABLE[line].feature_set
}
"""The networks on frames once more, with the same settings, on those of every other speech encoder."""

FINE_TUNED_MODELS: Mapping[str, DeclaredModel] = {
    f"{encoder.name}_{FINE_TUNED}": fine_tuned(encoder.name)
    for name, encoder in OF_MEL.items()
    if name != TABLE[FINE_TUNED].feature_set
}
"""Every other Whisper, trained further with the same settings."""

ON_UNPOOLED: Mapping[str, DeclaredModel] = {**SEGMENT_MODELS, **FRAMES_MODELS, **FINE_TUNED_MODELS}
"""Networks of the table once more, on other encoders."""

MODELS: Mapping[str, DeclaredModel] = {**TABLE, **HEARD_MODELS, **ENCODER_MODELS, **ON_UNPOOLED}

ON_VOTES = frozenset(
    name for name, model in MODELS.items() if {LOGISTIC_VOTES[0], TEXT_VOTES, VOTED[0]} & {*model.code}
)
"""Those that are trained on the distribution of the raters' votes, not on one class for each utterance."""

FROM_DISK = frozenset(name for name, model in MODELS.items() if LOGISTIC_LARGE[0] in model.code)
"""Those that read their features from the disk, a block at a time."""

NETWORKS_AT_SPEEDS = frozenset(name for name, model in MODELS.items() if NETWORK_SPEEDS in model.code)
"""Those networks whose answer is the mean over several speeds of a recording."""

NETWORKS = tuple(name for name, model in TABLE.items() if model.section_name == f"networks.{name}")
"""Those that are networks and nothing else, each with a section of its own."""

ARCHITECTURES = tuple(name for name in NETWORKS if name == TABLE[name].network_name)
"""Each network once, at the size that is ours."""
