"""stages.yaml, worked out from params.yaml: what every evaluation needs, and nothing else."""

from pathlib import Path

import pytest
import yaml

from pipelines import paths
from pipelines.orchestration.stage_list import stages_of, text_of, write_stages
from pipelines.stages.code import roots_of_stages
from pipelines.stages.params import main
from ser_tasks.errors import UserError
from ser_tasks.models import MODELS
from ser_tasks.params import MEMBERS, Params
from ser_tasks.params.project import ProjectParams
from ser_tasks.params.reading import read_params

PROJECT = Path(__file__).parents[2]
PARAMS = yaml.safe_load((PROJECT / "params.yaml").read_text(encoding="utf-8"))


def params_with(*models: str, **sections) -> Params:
    lines = [{"corpus": "demo", "protocol": "speaker_independent", "model": model} for model in models]
    return ProjectParams.model_validate(
        {**PARAMS, "evaluations": lines, "ensembles": {}, "bundles": {}, "cross": {}, **sections}
    )


def test_the_file_in_git_is_what_follows_from_params_yaml():
    text = (PROJECT / "stages.yaml").read_text(encoding="utf-8")
    assert text == text_of(stages_of(read_params(PROJECT / "params.yaml")))


@pytest.mark.parametrize(
    ("model", "features", "reads"),
    [
        ("svm", ["demo-functionals"], "data/features/demo/functionals"),
        ("residual_cnn", ["demo-log_mel"], "data/features/demo/log_mel"),
        ("psd_text_fusion", ["demo-psd_image"], "data/features/demo/psd_image"),
        ("whisper_base_logistic", ["demo-whisper_base"], "data/features/demo/whisper_base"),
        ("logistic_speeds", ["demo-functionals_speeds"], "data/features/demo/functionals_speeds"),
        ("whisper_tiny_fine_tuned", ["demo-whisper_tiny_mel"], "data/features/demo/whisper_tiny_mel"),
        ("tfidf", [], "data/utterances/demo.parquet"),
        ("tfidf_heard", [], "data/heard/demo.parquet"),
    ],
)
def test_features_and_transcripts_follow_from_the_model(model, features, reads):
    stages = stages_of(params_with(model))
    assert list(stages["features"]) == features
    assert list(stages["transcripts"]) == (["demo"] if model.endswith("_heard") else [])
    assert list(stages["utterances"]) == ["demo"]
    assert stages["evaluate"][f"demo-speaker_independent-{model}"]["reads"] == reads


@pytest.mark.parametrize(
    ("model", "settings", "weights", "code"),
    [
        ("logistic_speeds", "functionals", "data/utterances/demo.parquet", "functionals_speeds"),
        ("whisper_base_logistic_speeds", "encoder", "data/encoders/whisper_base", "whisper_speeds"),
        ("egemaps_logistic_speeds", "audio", "data/utterances/demo.parquet", "egemaps_speeds"),
        ("residual_cnn_speeds", "log_mel", "data/utterances/demo.parquet", "log_mel_speeds"),
        ("attentive_statistics_speeds", "encoder_frames", "data/encoders/whisper_base", "whisper_frames_speeds"),
        ("whisper_small_fine_tuned", "audio", "data/encoders/whisper_small", "whisper_mel"),
        ("own_whisper_fine_tuned", "audio", "data/encoders/own_whisper", "whisper_mel"),
    ],
)
def test_features_depend_on_their_settings_their_code_and_the_weights_of_their_encoder(model, settings, weights, code):
    stages = stages_of(params_with(model))
    (entry,) = stages["features"].values()
    assert (entry["settings"], entry["weights"], entry["code"]) == (settings, weights, code)
    assert "speeds" in yaml.safe_load((PROJECT / "dvc.yaml").read_text("utf-8"))["stages"]["features"]["do"]["params"]


def test_models_of_words_come_before_features_and_networks_so_that_a_first_result_is_soon_there():
    stages = stages_of(params_with("svm", "text_lstm", "tfidf_heard", "tfidf", "mlp"))
    first, *others = (name.rpartition("-")[2] for name in stages["evaluate"])
    assert (first, others) == ("tfidf", ["svm", "text_lstm", "tfidf_heard", "mlp"])
    order = list(yaml.safe_load((PROJECT / "dvc.yaml").read_text(encoding="utf-8"))["stages"])
    assert order.index("utterances") < order.index("evaluate") < order.index("features"), "DVC goes through it in order"


@pytest.mark.parametrize(
    ("model", "sections"),
    [
        ("svm_speaker_norm", {"svm"}),
        ("mlp", {"networks.mlp", "training"}),
        ("residual_cnn_svm", {"embedding_svm", "networks.residual_cnn", "training"}),
        ("dialogue_blstm_heard", {"networks.dialogue_blstm", "training"}),
        ("whisper_tiny_svm", {"svm"}),
        ("whisper_tiny_logistic_speeds_speaker_norm", {"logistic"}),
        ("whisper_tiny_fine_tuned", {"networks.fine_tuned", "training"}),
    ],
)
def test_a_stage_reads_the_sections_of_its_model_and_no_other_model_s(model, sections):
    entry = stages_of(params_with(model))["evaluate"][f"demo-speaker_independent-{model}"]
    assert {entry["settings"], entry["network"], entry["training"]} == sections


@pytest.mark.parametrize(
    ("model", "code"),
    [
        ("mlp", "mlp"),
        ("tfidf_heard", "tfidf"),
        ("egemaps_logistic_speeds_speaker_norm", "logistic_speeds_speaker_norm"),
        ("whisper_tiny_svm", "svm"),
        ("whisper_tiny_fine_tuned", "fine_tuned"),
        ("wavlm_large_attentive_statistics_speeds", "attentive_statistics_speeds"),
        ("efficientnet_lite0_random_segments_segment_blstm_attention", "segment_blstm_attention"),
    ],
)
def test_a_model_on_other_features_or_words_has_the_code_of_its_line_of_the_table(model, code):
    assert stages_of(params_with(model))["evaluate"][f"demo-speaker_independent-{model}"]["code"] == code


@pytest.mark.parametrize("model", MODELS)
def test_every_model_has_sections_that_stand_in_params_yaml_and_digests_that_are_written(model):
    entry = stages_of(params_with(model))["evaluate"][f"demo-speaker_independent-{model}"]
    for dotted in (entry["settings"], entry["network"], entry["training"]):
        section = PARAMS
        for key in dotted.split("."):
            section = section[key]
    assert f"models/{entry['code']}" in roots_of_stages()


def test_an_ensemble_and_a_bundle_bring_the_evaluations_that_they_need():
    place = {"corpus": "demo", "protocol": "speaker_independent"}
    both = {"both": {**place, "members": ["logistic", "tfidf"], "rule": "average"}}
    stages = stages_of(params_with("tfidf", ensembles=both, bundles={"mine": {**place, "model": "mlp"}}))
    assert [entry["model"] for entry in stages["evaluate"].values()] == ["tfidf", "logistic", "mlp"]
    assert stages["bundle"]["mine"]["reads"] == "data/features/demo/functionals"
    folder = "data/predictions/demo/speaker_independent"
    members = [stages["ensemble"]["both"][f"member_{number}"] for number in range(1, MEMBERS + 1)]
    assert members == [f"{folder}/logistic.parquet", f"{folder}/tfidf.parquet", *[f"{folder}/logistic.parquet"] * 6]


def test_an_ensemble_of_dimensions_is_a_stage_of_its_own_that_brings_its_members_and_reads_the_words_it_needs():
    own = {"corpus": "demo", "protocol": "speaker_independent", "members": ["ridge", "tfidf_ridge_heard"]}
    stages = stages_of(params_with(ensembles={"scales": own | {"rule": "average"}}))
    assert not stages["ensemble"]
    assert not stages["evaluate"]
    assert stages["dimension_ensemble"]["scales"]["member_2"].endswith("/speaker_independent/tfidf_ridge_heard.parquet")
    reads = [entry["reads"] for entry in stages["dimensions"].values()]
    assert reads == ["data/features/demo/functionals", "data/heard/demo.parquet"]
    assert list(stages["transcripts"]) == ["demo"]


def test_an_evaluation_across_corpora_needs_the_features_of_all_of_them():
    across = {"train": ["ravdess"], "test": "emodb", "model": "svm", "presets": {}, "corpus_norm": False}
    stages = stages_of(params_with(cross={"x": across}))
    assert list(stages["features"]) == ["ravdess-functionals", "emodb-functionals"]
    assert [entry["code"] for entry in stages["utterances"].values()] == ["ravdess", "emodb"]


def test_a_corpus_without_a_module_has_the_code_of_imported_ones():
    own = {**PARAMS["corpus"], "mine": PARAMS["corpus"]["demo"]}
    lines = [{"corpus": "mine", "protocol": "speaker_independent", "model": "svm"}]
    stages = stages_of(params_with(corpus=own, evaluations=lines))
    assert stages["utterances"] == {"mine": {"corpus": "mine", "code": "imported"}}
    assert "corpora/imported" in roots_of_stages()


def test_dvc_that_began_with_another_list_is_stopped_and_the_next_run_is_right(tmp_path, monkeypatch):
    (tmp_path / "params.yaml").write_text((PROJECT / "params.yaml").read_text(encoding="utf-8"), encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    with pytest.raises(UserError, match=r"stages.yaml has been written anew; give the same command again"):
        main()
    assert paths.STAGES.read_bytes() == (PROJECT / "stages.yaml").read_bytes()
    main()
    assert not write_stages(read_params())
