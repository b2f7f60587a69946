"""params.yaml against the tables of corpora, feature sets and models; dvc.yaml against the code."""

from pathlib import Path
from types import SimpleNamespace

import pytest
import yaml

from pipelines import known_corpora, paths, settings
from pipelines.__main__ import STAGES
from pipelines.commands.arguments import check_arguments
from pipelines.orchestration.stage_list import stages_of
from pipelines.settings import project_params
from pipelines.stages.params import prepare
from ser_tasks.corpora.corpus import Preset
from ser_tasks.errors import UserError
from ser_tasks.params import MEMBERS, BundleParams, CrossParams
from ser_tasks.params.evaluations import EvaluationLine
from ser_tasks.params.reading import read_params

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


FIRST = "{corpus: demo, protocol: speaker_independent, model: svm}"


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        (
            FIRST,
            FIRST.replace("demo", "emdob"),
            r"evaluations\[0\].corpus: 'emdob' is not known. Did you mean 'emodb'\?",
        ),
        (FIRST, FIRST.replace("svm", "swm"), r"evaluations\[0\].model: 'swm'.*Did you mean 'svm'\?"),
        (
            FIRST,
            FIRST.replace("_independent", "_dependant"),
            r"params.yaml:\d+: evaluations.0.protocol: found 'speaker_dep",
        ),
        (FIRST, FIRST.replace("_independent", "_dependent"), r"demo-speaker_dependent-svm more than once. Delete one"),
        ("  emodb:\n    preset", "  emmodb:\n    preset", r"corpus: 'emmodb' is not known. Did you mean 'emodb'\?"),
        ("preset: speech8", "preset: speech9", r"corpus.ravdess.preset: 'speech9'.*Did you mean 'speech8'\?.*song6"),
        ("engine: auto", "engine: sphinx", r"asr.engine: found 'sphinx'.*'pocketsphinx' or 'faster_whisper'"),
        (
            "members: [svm, tfidf]",
            "members: [svm, tfidv]",
            r"ensembles.voice_and_words.members: 'tfidv'.*mean 'tfidf'\?",
        ),
        ("members: [svm, tfidf]", "members: [svm, voice_and_words]", r"members: 'voice_and_words' is not known"),
        (
            "members: [svm, tfidf]",
            "members: [svm, ridge]",
            r"voice_and_words.members: ridge predict valence.* one kind",
        ),
        (
            "members: [svm, tfidf], rule: weighted_average",
            "members: [ridge, svr], rule: stacking",
            r"voice_and_words.rule: stacking is of posteriors.* Choose average or weighted_average",
        ),
        (
            "members: [svm, tfidf], rule: weighted_average",
            "members: [ridge, svr], rule: average",
            r"bundles.demo_voice_and_words: voice_and_words is an ensemble, and its members ridge, svr have no bundles",
        ),
        ("evaluations:  ", "corpora: [demo]\nevaluations:  ", r"params.yaml:\d+: unknown key 'corpora'"),
    ],
)
def test_a_name_that_no_table_has_is_reported_with_the_nearest_and_a_hint(edited, old, new, message):
    edited(old, new)
    with pytest.raises(UserError, match=message):
        project_params()


def test_a_list_without_lines_is_allowed(edited, tmp_path):
    edited()
    text = (tmp_path / "params.yaml").read_text(encoding="utf-8")
    lines = [line for line in text.splitlines() if not line.startswith("  - {corpus: demo, protocol")]
    (tmp_path / "params.yaml").write_text(
        "\n".join(lines).replace("evaluations: ", "evaluations: []"), encoding="utf-8"
    )
    assert project_params().evaluations == ()


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
            r"params.yaml: features of functionals: log_mel: bands from 20.0 to 9000.0 Hz do not fit 16000 Hz",
        ),
        ("n_mfcc: 20", "n_mfcc: 41", r"params.yaml: features of functionals: mfcc.n_mfcc is 41"),
    ],
)
def test_settings_of_features_that_are_impossible_are_rejected_before_anything_runs(edited, old, new, message):
    edited(old, new)
    with pytest.raises(UserError, match=message):
        project_params()


def test_trimming_wants_a_rate_of_the_detector(edited, tmp_path):
    edited("trim: null", "trim: {frame: 0.030, aggressiveness: 2, margin: 0.1}")
    file = tmp_path / "params.yaml"
    file.write_text(file.read_text().replace("sampling_rate: 16000", "sampling_rate: 22050"))
    with pytest.raises(UserError, match=r"params.yaml: conditioning: .*22050 Hz.*set audio.sampling_rate to one of"):
        project_params()


def test_a_selected_corpus_that_is_not_here_is_reported_with_the_two_ways_to_get_it(edited):
    edited(FIRST, FIRST.replace("demo", "ravdess"))
    with pytest.raises(UserError, match=r"ser fetch ravdess, or use a folder that you have: .*--from DIR"):
        prepare()


def test_a_selected_corpus_that_lost_a_file_since_it_was_fetched_is_rejected(edited, tmp_path):
    edited(FIRST, FIRST.replace("demo", "emodb"))
    (tmp_path / "data/manifests").mkdir(parents=True)
    (tmp_path / "data/manifests/emodb.csv").write_text("path,bytes,sha256\nwav/03a01Fa.wav,4,00\n")
    with pytest.raises(UserError, match=r"1 of 1 files are missing .*03a01Fa.*ser fetch"):
        prepare()


def stages() -> dict:
    written = yaml.safe_load((PROJECT / "dvc.yaml").read_text(encoding="utf-8"))["stages"]
    return {name: stage.get("do", stage) for name, stage in written.items()}


def test_every_stage_of_dvc_yaml_starts_a_flow_that_exists():
    several = {"bundle": {"bundle", "dimension_bundle"}}
    several["ensemble_bundle"] = {"ensemble_bundle", "dimension_ensemble_bundle"}
    started = {stage["cmd"].split()[3] for name, stage in stages().items() if name not in several}
    for name, flows in several.items():
        assert stages()[name]["cmd"] == "python -m pipelines ${item.stage} ${key}"
        started |= flows
    assert started == set(STAGES)


def test_outputs_of_dvc_yaml_are_where_the_code_writes_them():
    declared = [
        out if isinstance(out, str) else next(iter(out))
        for name, stage in stages().items()
        for out in stage.get("outs", [])
        if name not in ("code", "ensemble", "dimension_ensemble", "cross", "bundle", "ensemble_bundle")
    ]
    evaluate = stages()["evaluate"]
    dimensions = stages()["dimensions"]
    shown = (evaluate["metrics"], evaluate["plots"], dimensions["metrics"], dimensions["plots"])
    declared += [next(iter(entry)) for entries in shown for entry in entries]
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
            paths.votes("demo"),
            paths.features("demo", "lld"),
            paths.heard("demo"),
            paths.predictions("demo", "loso", "svm"),
            paths.metrics("demo", "loso", "svm"),
            paths.heard_result("demo"),
            paths.result("demo", "loso", "svm"),
            paths.plots("demo", "loso", "svm") / "confusion.csv",
            paths.plots("demo", "loso", "svm") / "recall.csv",
            paths.dimension_predictions("demo", "loso", "svm"),
            paths.dimension_result("demo", "loso", "svm"),
            paths.dimension_metrics("demo", "loso", "svm"),
            paths.dimension_plot("demo", "loso", "svm"),
        )
    }


def test_an_ensemble_writes_beside_the_predictions_that_it_reads_and_not_among_them():
    stage = stages()["ensemble"]
    values = {"${item.corpus}": "demo", "${item.protocol}": "loso", "${key}": "both"}
    declared = [*stage["outs"], *stage["metrics"]]
    named = [entry if isinstance(entry, str) else next(iter(entry)) for entry in declared]
    for key, value in values.items():
        named = [path.replace(key, value) for path in named]
    assert named == [
        str(paths.ensemble("demo", "loso", "both")),
        str(paths.result("demo", "loso", "both")),
        str(paths.metrics("demo", "loso", "both")),
    ]
    outs, declared = (
        [entry if isinstance(entry, str) else next(iter(entry)) for entry in [*stage["outs"], *stage["metrics"]]]
        for stage in (stages()["dimension_ensemble"], stages()["dimensions"])
    )
    assert outs == [path.replace("${item.model}", "${key}") for path in declared]
    entry = stages_of(read_params(PROJECT / "params.yaml"))["ensemble"]["voice_and_words"]
    assert entry["member_2"] == str(paths.predictions("demo", "speaker_independent", "tfidf"))
    assert [f"${{item.member_{number}}}" for number in range(1, MEMBERS + 1)] == stage["deps"][:MEMBERS]


def test_a_bundle_is_made_of_the_evaluation_of_its_configuration():
    stage = stages()["bundle"]
    place, params = ("demo", "speaker_independent"), read_params(PROJECT / "params.yaml")
    ridge = BundleParams(corpus="demo", model="ridge", protocol="speaker_independent")
    entries = stages_of(params.model_copy(update={"bundles": {**params.bundles, "demo_ridge": ridge}}))["bundle"]
    needed = {
        "demo_svm": [paths.predictions(*place, "svm"), paths.result(*place, "svm"), "digests/models/svm.txt"],
        "demo_ridge": [
            *(paths.dimension_predictions(*place, "ridge"), paths.dimension_result(*place, "ridge")),
            *("digests/dimensions/ridge.txt", "digests/dimension_bundle.txt"),
        ],
    }
    for name, files in needed.items():
        named = [*stage["outs"], *stage["deps"], *stage["params"]]
        for key, value in {"${key}": name, **{f"${{item.{key}}}": own for key, own in entries[name].items()}}.items():
            named = [path.replace(key, value) for path in named]
        assert named[0] == str(paths.bundle(name))
        assert {"data/features/demo/functionals", entries[name]["model"], *map(str, files)} <= set(named)


@pytest.mark.parametrize(
    ("new", "message"),
    [
        ("corpus: emdob, model: svm", r"bundles.demo_svm.corpus: 'emdob' is not known.*Did you mean 'emodb'"),
        ("corpus: demo, model: swm", r"bundles.demo_svm.model: 'swm'.*Did you mean 'svm'"),
        ("corpus: demo, model: voice_and_word", r"bundles.demo_svm.model: .*Did you mean 'voice_and_words'"),
        ("corpus: demo, model: svm_speaker_norm", r"bundles.demo_svm.model: svm_speaker_norm cannot be bundled"),
        (
            "corpus: emodb, model: voice_and_words",
            r"bundles.demo_svm: voice_and_words is an ensemble on demo, .* not on emodb",
        ),
    ],
)
def test_a_bundle_that_cannot_be_made_is_rejected_before_anything_runs(edited, new, message):
    edited("demo_svm: {corpus: demo, model: svm", f"demo_svm: {{{new}")
    with pytest.raises(UserError, match=message):
        project_params()


def test_the_bundle_of_an_ensemble_needs_bundles_of_its_members(edited):
    edited("  demo_tfidf: {corpus: demo, model: tfidf, protocol: speaker_independent}\n", "")
    message = (
        r"bundles.demo_voice_and_words: .* members tfidf have no bundles. Add them: ser bundle demo voice_and_words"
    )
    with pytest.raises(UserError, match=message):
        project_params()


def test_the_bundle_of_an_ensemble_is_made_of_those_of_its_members_and_of_its_evaluation():
    stage = stages()["ensemble_bundle"]
    entry = stages_of(read_params(PROJECT / "params.yaml"))["ensemble_bundle"]["demo_voice_and_words"]
    named = stage["deps"]
    for key, value in entry.items():
        named = [path.replace("${item." + key + "}", value) for path in named]
    place = ("demo", "speaker_independent", "voice_and_words")
    needed = [paths.bundle("demo_svm"), paths.bundle("demo_tfidf"), paths.ensemble(*place), paths.result(*place)]
    assert {str(path) for path in needed} <= set(named)
    assert [f"${{item.member_{number}}}" for number in range(1, MEMBERS + 1)] == stage["deps"][:MEMBERS]


def test_whatever_takes_from_the_declaration_of_a_corpus_depends_on_it():
    for name, stage in stages().items():
        if name in ("evaluate", "ensemble", "bundle"):
            assert "data/utterances/${item.corpus}.json" in stage["deps"], name
    assert "data/utterances" in stages()["cross"]["deps"]


def test_folds_that_a_corpus_lacks_are_rejected_where_they_are_needed(edited):
    edited(FIRST, FIRST.replace("speaker_independent", "emobox"))
    with pytest.raises(UserError, match=r"corpus.demo.emobox is null, but evaluations\[0\] asks for it. .*ser emobox"):
        project_params()
    edited("    speaker_independent: {kind: loso}", "    speaker_independent: null")
    with pytest.raises(UserError, match=r"corpus.demo.speaker_independent is null.*under speaker_dependent only"):
        project_params()


def test_workers_that_the_environment_names_go_before_those_of_the_file(monkeypatch):
    monkeypatch.chdir(PROJECT)
    monkeypatch.delenv("SER_WORKERS", raising=False)
    written = read_params()
    assert project_params() == written
    monkeypatch.setenv("SER_WORKERS", "tcp://10.0.0.1:8786")
    assert project_params().workers.where == "tcp://10.0.0.1:8786"
    assert project_params().model_copy(update={"workers": written.workers}) == written, "and nothing else"


@pytest.mark.parametrize("named", ["", "10.0.0.1:8786", "process", "tcp://10.0.0.1", "tcp://host:port"])
def test_workers_of_the_environment_that_are_no_place_are_refused_with_those_that_are(named, monkeypatch):
    monkeypatch.chdir(PROJECT)
    monkeypatch.setenv("SER_WORKERS", named)
    with pytest.raises(UserError, match=rf"SER_WORKERS.*threads, processes, .*tcp://host:8786, got '{named}'"):
        project_params()


def test_a_corpus_of_ratings_alone_is_for_models_of_dimensions_and_others_are_refused(monkeypatch):
    monkeypatch.chdir(PROJECT)
    params = project_params()
    rated = SimpleNamespace(all_presets={params.corpus["demo"].preset: Preset("no classes", {})}, speakers_known=True)
    monkeypatch.setattr(settings, "CORPORA", {**settings.CORPORA, "demo": rated})
    monkeypatch.setattr(known_corpora, "CORPORA", settings.CORPORA)
    line = EvaluationLine(corpus="demo", protocol="speaker_independent", model="svm")
    with pytest.raises(UserError, match=r"here: svm predicts classes, but demo has ratings alone.*evaluate demo ridge"):
        settings.check_evaluation(line, params, place="here")
    settings.check_evaluation(line.model_copy(update={"model": "ridge"}), params, place="here")
    across = CrossParams(train=("emodb",), test="demo", model="svm", presets={}, corpus_norm=False)
    with pytest.raises(UserError, match=r"cross\.x: svm predicts classes, but demo has ratings alone"):
        settings.check_cross("x", across, params)


def test_every_command_refuses_what_a_corpus_cannot_serve_before_it_asks_for_an_evaluation(monkeypatch):
    monkeypatch.chdir(PROJECT)
    params = project_params()
    with pytest.raises(
        UserError, match=r"ser robustness: logistic_votes is trained on votes, and of emodb the votes of"
    ):
        check_arguments("ser robustness", "emodb", "speaker_independent", "logistic_votes", params)
    rated = SimpleNamespace(all_presets={params.corpus["demo"].preset: Preset("no classes", {})})
    monkeypatch.setattr(known_corpora, "CORPORA", {"demo": rated})
    with pytest.raises(
        UserError, match=r"ser robustness: svm predicts classes, but demo has ratings alone.*demo ridge"
    ):
        check_arguments("ser robustness", "demo", "speaker_independent", "svm", params)
