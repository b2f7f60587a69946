"""MSP-Podcast from a folder to results, on a tree of synthetic voices. Oracle: the labels that each speaker goes round.

A speaker says N A S H N X H O in each partition: 6 of 8 are of four classes. Of Train 6 speakers take part (one is in
Test1 too, two are unknown), of Development 2, of Test1 3, of Test2 2; one turn of Train, happiness, has no sound.
"""

import json

import pandas as pd
import pytest

from ser_tasks.corpora.synthesis.msp_podcast_tree import write_tree

pytestmark = pytest.mark.slow

RUN = "import sys; from pipelines.__main__ import run_command\nfor stage in sys.argv[1:]: run_command(stage.split())\n"
CORPORA = ("msp_podcast", "msp_podcast_test2")


def select(params: dict) -> None:
    params["workers"] = {"where": "threads", "count": 1}
    params["functionals"]["over"] = ["mfcc"]
    params["evaluations"] = [
        {"corpus": corpus, "protocol": "speaker_independent", "model": model}
        for corpus in CORPORA
        for model in ("svm", "ridge")
    ]
    for corpus in CORPORA:
        params["corpus"][corpus]["preset"] = "four_classes"


def test_msp_podcast_from_a_folder_to_results_on_either_test_set(project, tmp_path):
    (project.folder / "run_stages.py").write_text(RUN, encoding="utf-8")
    project.edit_params(select)
    write_tree(tmp_path / "MSP-PODCAST")
    for corpus in CORPORA:
        project.succeed("pipelines.cli", "fetch", corpus, "--from", str(tmp_path / "MSP-PODCAST"))
    stages = ["utterances {}", "features {} functionals", "evaluate {} speaker_independent svm"]
    project.succeed(
        "run_stages",
        *(stage.format(corpus) for corpus in CORPORA for stage in stages),
        "dimensions msp_podcast speaker_independent ridge",
    )

    table = pd.read_parquet(project.folder / "data/utterances/msp_podcast.parquet")
    assert table.groupby("split").size().to_dict() == {"train": 47, "validation": 16, "test": 24}
    assert [(fold["fold"], fold["test_utterances"]) for fold in read(project, "msp_podcast/{}/svm")["folds"]] == [
        ("official", 18)
    ]
    assert read(project, "msp_podcast/{}/svm")["dropped"] == {"emotion no_agreement": 11, "emotion other": 11}
    assert read(project, "msp_podcast/{}/svm")["utterances"] == 35 + 12 + 18
    # Test2: the speaker 9 is in Train alone of its partitions, and takes part
    assert read(project, "msp_podcast_test2/{}/svm")["utterances"] == 41 + 12 + 12
    rated = read(project, "dimensions/msp_podcast/{}/ridge")
    assert (rated["utterances"], rated["folds"][0]["test_utterances"]) == (87, 24)


def read(project, place: str) -> dict:
    file = project.folder / f"results/{place.format('speaker_independent')}.json"
    found: dict = json.loads(file.read_text(encoding="utf-8"))
    return found
