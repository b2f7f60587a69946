"""params.yaml against the tables of corpora, feature sets and models; dvc.yaml against the code."""

from pathlib import Path

import pytest
import yaml

from pipelines import paths
from pipelines.__main__ import STAGES
from pipelines.settings import project_params
from pipelines.stages import check
from ser_tasks.errors import UserError
from ser_tasks.models import MODELS
from ser_tasks.provenance.code_digest import reachable

PROJECT = Path(__file__).parents[2]


@pytest.fixture
def edited(tmp_path, monkeypatch):
    """A function that puts an edited params.yaml into an otherwise empty folder, and goes there."""

    def edit(*changes: str) -> None:
        text = (PROJECT / "params.yaml").read_text(encoding="utf-8")
        for old, new in zip(changes[::2], changes[1::2], strict=True):
            assert old in text
            text = text.replace(old, new, 1)
        (tmp_path / "params.yaml").write_text(text, encoding="utf-8")
        monkeypatch.chdir(tmp_path)

    return edit


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("corpora: [demo", "corpora: [emodb, demo", "corpora: 'emodb' is in none of sound_corpora"),
        ("text_corpora: [demo", "text_corpora: [meld", "text_corpora: 'meld' is not known.*Or add it to corpora"),
        (
            "speech_and_words_corpora: [demo",
            "speech_and_words_corpora: [meld",
            "speech_and_words_corpora: 'meld' is not known.*Or add it to sound_corpora",
        ),
        ("corpora: [demo", "corpora: [emdob", r"corpora: 'emdob' is not known. Did you mean 'emodb'\?"),
        ("  emodb:\n    preset", "  emmodb:\n    preset", r"corpus: 'emmodb' is not known. Did you mean 'emodb'\?"),
        ("preset: speech8", "preset: speech9", r"corpus.ravdess.preset: 'speech9'.*Did you mean 'speech8'\?.*song6"),
        ("feature_sets: [functionals]", "feature_sets: [functional]", r"'functional'.*Did you mean 'functionals'\?"),
        ("asr_corpora: []", "asr_corpora: [meld]", "asr_corpora: 'meld' is not known.*Or add it to corpora"),
        ("engine: auto", "engine: sphinx", r"asr.engine: found 'sphinx'.*'pocketsphinx' or 'faster_whisper'"),
        ("  svm: [svm,", "  svm: [swm,", r"models.svm: 'swm'.*Did you mean 'svm'\?"),
        (
            "  lld: []",
            "  lld: [residual_cnn]",
            r"'residual_cnn' is evaluated by another stage. Move it under models.log_mel",
        ),
    ],
)
def test_a_name_that_no_table_has_is_answered_with_the_nearest_and_a_mend(edited, old, new, message):
    edited(old, new)
    with pytest.raises(UserError, match=message):
        project_params()


def test_a_model_needs_its_feature_set(edited):
    edited("  lld: []", "  lld: [lstm_attention]")
    with pytest.raises(UserError, match=r"models.lld: lstm_attention: 'lld' is not known.*Or add it to feature_sets"):
        project_params()


def test_networks_that_hear_and_read_need_the_features_of_all_of_them(edited):
    edited("speech_and_words: []", "speech_and_words: [speech_text_fusion]")
    with pytest.raises(UserError, match=r"models.speech_and_words: psd_text_fusion: 'psd_image' is not known"):
        project_params()


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("pre_emphasis: null", "pre_emphasis: 1.0", r"params.yaml:\d+: conditioning.pre_emphasis: found 1.0"),
        ("wiener: null", "wiener: {window: 4}", r"params.yaml:\d+: conditioning.wiener.window:.*Set 3, 5, 7"),
        (
            "trim: null",
            "trim: {frame: 0.030, agressiveness: 2, margin: 0.1}",
            r"'conditioning.trim.agressiveness'. Did you mean 'aggressiveness'\?",
        ),
        (
            "trim: null",
            "trim: {frame: 0.025, aggressiveness: 2, margin: 0.1}",
            r"params.yaml: conditioning: .*the frame is 0.025 s",
        ),
        ("copies: 0", "copies: 2", r"params.yaml:\d+: signal_augmentation:.*Set one of time_stretch.*or 0 copies"),
        ("gain: null", "gain: [6, -6]", r"params.yaml:\d+: signal_augmentation.gain:.*Write the lower one first"),
        ("hop_length: 128", "hop_length: 512", r"params.yaml:\d+: psd_image:.*hop_length 512 exceeds n_fft 256"),
        ("law: db", "law: dB", r"params.yaml:\d+: log_mel.law: found 'dB'.*'db', 'ln' or 'ln1p'"),
        (
            "f_max: 8000",
            "f_max: 9000",
            r"params.yaml: feature_sets: functionals: log_mel: bands from 20.0 to 9000.0 Hz do not fit 16000 Hz",
        ),
        ("n_mfcc: 20", "n_mfcc: 41", r"params.yaml: feature_sets: functionals: mfcc.n_mfcc is 41"),
    ],
)
def test_settings_of_features_that_cannot_be_are_refused_before_anything_runs(edited, old, new, message):
    edited(old, new)
    with pytest.raises(UserError, match=message):
        project_params()


def test_trimming_wants_a_rate_of_the_detector(edited, tmp_path):
    edited("trim: null", "trim: {frame: 0.030, aggressiveness: 2, margin: 0.1}")
    file = tmp_path / "params.yaml"
    file.write_text(file.read_text().replace("sampling_rate: 16000", "sampling_rate: 22050"))
    with pytest.raises(UserError, match=r"params.yaml: conditioning: .*22050 Hz.*set audio.sampling_rate to one of"):
        project_params()


def test_a_selected_corpus_that_is_not_here_is_answered_with_the_two_ways_to_get_it(edited):
    edited("corpora: [demo", "corpora: [demo, ravdess", "sound_corpora: [demo", "sound_corpora: [demo, ravdess")
    with pytest.raises(UserError, match=r"ser fetch ravdess, or use a folder that you have: .*--from DIR"):
        check.main()


def test_a_selected_corpus_that_lost_a_file_since_it_was_fetched_is_refused(edited, tmp_path):
    edited("corpora: [demo", "corpora: [demo, emodb", "sound_corpora: [demo", "sound_corpora: [demo, emodb")
    (tmp_path / "data/manifests").mkdir(parents=True)
    (tmp_path / "data/manifests/emodb.csv").write_text("path,bytes,sha256\nwav/03a01Fa.wav,4,00\n")
    with pytest.raises(UserError, match=r"1 of 1 files are missing .*03a01Fa.*ser fetch"):
        check.main()


def stages() -> dict:
    written = yaml.safe_load((PROJECT / "dvc.yaml").read_text(encoding="utf-8"))["stages"]
    return {name: stage.get("do", stage) for name, stage in written.items()}


def test_every_stage_of_dvc_yaml_starts_a_flow_that_exists():
    assert {stage["cmd"].split()[3] for stage in stages().values()} == set(STAGES)


def test_every_dependency_of_dvc_yaml_that_is_code_exists():
    for name, stage in stages().items():
        for path in stage.get("deps", []):
            file = PROJECT / path.replace("${item.corpus}", "demo")
            assert path.startswith(("data/", "results/")) or file.exists(), f"{name}: {path}"


def test_outputs_of_dvc_yaml_are_where_the_code_writes_them():
    declared = [
        out if isinstance(out, str) else next(iter(out))
        for name, stage in stages().items()
        for out in stage.get("outs", [])
        if name not in ("encode", "evaluate_encoders", "evaluate_embeddings", "ensemble", "cross", "bundle")
    ]
    evaluate = stages()["evaluate"]
    declared += [next(iter(entry)) for entry in evaluate["metrics"] + evaluate["plots"]]
    one = {"corpus": "demo", "feature_set": "lld", "protocol": "loso", "model": "svm"}
    named = set(declared)
    for key, value in one.items():
        named = {path.replace("${item." + key + "}", value) for path in named}
    assert named == {
        str(path)
        for path in (
            paths.corpus_root("demo"),
            paths.manifest("demo"),
            paths.utterances("demo"),
            paths.declaration("demo"),
            paths.features("demo", "lld"),
            paths.heard("demo"),
            paths.predictions("demo", "loso", "svm"),
            paths.metrics("demo", "loso", "svm"),
            paths.heard_result("demo"),
            paths.result("demo", "loso", "svm"),
            paths.plots("demo", "loso", "svm") / "confusion.csv",
            paths.plots("demo", "loso", "svm") / "recall.csv",
        )
    }


def test_an_ensemble_writes_beside_the_predictions_that_it_reads_and_not_among_them():
    stage = stages()["ensemble"]
    values = {"${item.corpus}": "demo", "${item.protocol}": "loso", "${key}": "both"}
    declared = [*stage["outs"], *stage["metrics"], stage["deps"][0]]
    named = [entry if isinstance(entry, str) else next(iter(entry)) for entry in declared]
    for key, value in values.items():
        named = [path.replace(key, value) for path in named]
    assert named == [
        str(paths.ensemble("demo", "loso", "both")),
        str(paths.result("demo", "loso", "both")),
        str(paths.metrics("demo", "loso", "both")),
        str(paths.predictions("demo", "loso", "svm").parent),
    ]


def test_a_bundle_is_made_of_the_evaluation_of_its_configuration():
    stage = stages()["bundle"]
    values = {"${item.corpus}": "demo", "${item.protocol}": "loso", "${item.model}": "svm", "${key}": "demo_svm"}
    named = [*stage["outs"], *stage["deps"]]
    for key, value in values.items():
        named = [path.replace(key, value) for path in named]
    assert str(paths.bundle("demo_svm")) == named[0]
    assert {str(paths.result("demo", "loso", "svm")), str(paths.predictions("demo", "loso", "svm"))} <= set(named)


@pytest.mark.parametrize(
    ("new", "message"),
    [
        ("corpus: emodb, model: svm", r"bundles.demo_svm.corpus: 'emodb' is not known.*Or add it to sound_corpora"),
        ("corpus: demo, model: swm", r"bundles.demo_svm.model: 'swm'.*Did you mean 'svm'"),
        ("corpus: demo, model: svm_speaker_norm", r"bundles.demo_svm.model: svm_speaker_norm cannot be bundled"),
        ("corpus: demo, model: residual_cnn", r"bundles.demo_svm.model: 'residual_cnn'.*Or add it to models"),
    ],
)
def test_a_bundle_that_cannot_be_made_is_refused_before_anything_runs(edited, new, message):
    edited("demo_svm: {corpus: demo, model: svm", f"demo_svm: {{{new}")
    with pytest.raises(UserError, match=message):
        project_params()


PLUMBING = {  # no value depends on these alone
    f"ser_tasks.{name}"
    for name in (
        "atomic",
        "code_digest",
        "code_names",
        "code_text",
        "code_names",
        "code_text",
        "corpora.corpus",
        "corpora.finding",
        "corpora.margins",
        "corpora.votes",
        "errors",
        "models.recogniser",
        "params",
    )
}
WORK = {  # stage -> the modules that do its work
    "demo": ["ser_tasks.corpora.synthesis.corpus"],
    "utterances": ["ser_tasks.corpora.reading", "ser_tasks.corpora.catalogue.demo", "ser_tasks.corpora.utterances"],
    "features": ["ser_tasks.features", "ser_tasks.features.functionals", "ser_tasks.features.store"],
    "transcripts": [
        *("ser_tasks.text.asr.faster_whisper", "ser_tasks.text.asr.heard", "ser_tasks.text.asr.pocketsphinx"),
        *("ser_tasks.text.asr.word_errors", "ser_tasks.audio.decode"),
    ],
    "bundle": [
        *("ser_tasks.bundles.confidence", "ser_tasks.bundles.training_cloud", "ser_tasks.bundles.pictures"),
        *("ser_tasks.bundles.inference.answer", "ser_tasks.features.functionals", "ser_tasks.models.svm"),
    ],
    "evaluate": [
        *(
            "ser_tasks.evaluation.audit",
            "ser_tasks.evaluation.scoring",
            "ser_tasks.corpora.labels",
            "ser_tasks.evaluation.splits",
        ),
        *("ser_tasks.corpora.balance", "ser_tasks.corpora.emobox.match", "ser_tasks.models.svm"),
    ],
}


@pytest.mark.parametrize("name", WORK)
def test_editing_a_module_that_a_stage_works_with_makes_the_stage_stale(name):
    deps = [Path(path.replace("${item.corpus}", "demo")) for path in stages()[name]["deps"]]
    files = {module: file.relative_to(PROJECT) for module, file in reachable(WORK[name]).items()}
    unseen = {
        module
        for module, file in files.items()
        if module not in PLUMBING
        and not module.startswith("ser_tasks.params.")
        and not any(dep in (file, *file.parents) for dep in deps)
    }
    assert not unseen, f"dvc.yaml: {name}: deps lack {unseen}"


def test_whatever_takes_from_the_declaration_of_a_corpus_depends_on_it_and_not_on_the_text_of_its_module():
    for name, stage in stages().items():
        if name.startswith("evaluate") or name in ("ensemble", "bundle"):
            assert "data/utterances/${item.corpus}.json" in stage["deps"], name
            assert "ser_tasks/corpora/${item.corpus}.py" not in stage["deps"], name
    assert "data/utterances" in stages()["cross"]["deps"]


@pytest.mark.parametrize("place", ["protocols: [speaker_independent", "network_protocols: [speaker_independent"])
def test_folds_that_a_selected_corpus_lacks_are_refused_where_they_are_asked_for(edited, place):
    edited(place, place.replace("[", "[emobox, "))
    with pytest.raises(UserError, match=r"corpus.demo.emobox is null, but stands under \w*protocols. .*ser emobox"):
        project_params()
    edited("    speaker_independent: {kind: loso}", "    speaker_independent: null")
    with pytest.raises(UserError, match=r"corpus.demo.speaker_independent is null.*under speaker_dependent only"):
        project_params()


def test_every_model_is_among_the_dependencies_of_the_stage_that_evaluates_it():
    for name, model in MODELS.items():
        stage = "evaluate" if model.group == "svm" else f"evaluate_{model.group}"
        deps = [Path(path) for path in stages()[stage]["deps"]]
        for module in (model.build.__module__, *model.code):
            place = Path(module.replace(".", "/"))
            file = place / "__init__.py" if (PROJECT / place).is_dir() else place.with_suffix(".py")
            assert any(dep in (file, *file.parents) for dep in deps), f"{name}: {file} is not under deps in dvc.yaml"
