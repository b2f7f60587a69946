"""The table of models: one module each, one line here."""

from collections.abc import Mapping
from dataclasses import replace

from ser_tasks.models.embedding_svm import embedding_svm
from ser_tasks.models.fusion.network import speech_text_network
from ser_tasks.models.linguistic.network import text_network
from ser_tasks.models.linguistic.sentence_encoder import SentenceEncoderRecogniser
from ser_tasks.models.linguistic.tfidf import TfidfRecogniser
from ser_tasks.models.network import network
from ser_tasks.models.recogniser import Model
from ser_tasks.models.svm import SvmRecogniser
from ser_tasks.text.transcripts import FEATURE_SET as TRANSCRIPTS
from ser_tasks.text.transcripts import HEARD

TABLE: Mapping[str, Model] = {
    "svm": Model(SvmRecogniser, lambda params: params.svm, "functionals", "svm"),
    "svm_speaker_norm": Model(SvmRecogniser, lambda params: params.svm, "functionals", "svm", speaker_norm=True),
    "mlp": network("mlp", "functionals"),
    "blstm_attention": network("blstm_attention", "lld"),
    "lstm_attention": network("lstm_attention", "lld"),
    "cnn_blstm_attention": network("cnn_blstm_attention", "log_mel"),
    "spectrogram_cnn": network("spectrogram_cnn", "log_mel"),
    "td_cnn_lstm": network("td_cnn_lstm", "log_mel"),
    "patch_dcnn_blstm": network("patch_dcnn_blstm", "log_mel"),
    "residual_cnn": network("residual_cnn", "log_mel"),
    "residual_cnn_svm": embedding_svm("residual_cnn", "log_mel"),
    "psd_cnn": network("psd_cnn", "psd_image", builder="spectrogram_cnn"),
    "tfidf": Model(TfidfRecogniser, lambda params: params.tfidf, "transcripts", "transcripts"),
    "tfidf_context": Model(TfidfRecogniser, lambda params: params.tfidf_context, "transcripts", "transcripts"),
    "sentence_encoder": Model(
        SentenceEncoderRecogniser, lambda params: params.sentence_encoder, "transcripts", "transcripts"
    ),
    "text_lstm": text_network("text_lstm"),
    "dialogue_blstm": text_network("dialogue_blstm"),
    "speech_text_fusion": speech_text_network("speech_text_fusion", "functionals", speech="mlp"),
    "psd_text_fusion": speech_text_network("psd_text_fusion", "psd_image", speech="spectrogram_cnn"),
}

HEARD_MODELS: Mapping[str, Model] = {
    f"{name}_heard": replace(model, feature_set=HEARD, group=HEARD)
    for name, model in TABLE.items()
    if model.feature_set == TRANSCRIPTS
}
"""Those that read words once more, with the same settings, on what a speech recogniser heard."""

MODELS: Mapping[str, Model] = {**TABLE, **HEARD_MODELS}

NETWORKS = tuple(name for name, model in TABLE.items() if model.code and model.group != "embeddings")
"""Those that are networks and nothing else, each once."""
