"""`ser emobox`: the folds that EmoBox published for a corpus, matched to it and written to params.yaml."""

from pipelines import paths
from pipelines.commands.arguments import check_name
from pipelines.display.tables import CONSOLE
from pipelines.evaluations.plan import emobox_preset, labelled_corpus
from pipelines.settings import project_params
from ser_tasks.corpora.emobox.lists import PublishedFolds
from ser_tasks.corpora.emobox.match import match_folds
from ser_tasks.corpora.utterances import read_utterances
from ser_tasks.errors import LeakError, UserError
from ser_tasks.evaluation.audit import audit_folds, may_straddle
from ser_tasks.params import EmoboxFolds
from ser_tasks.params.editing import change_file, with_values
from ser_tasks.params.reading import PARAMS_FILE


def import_folds(
    corpus: str, folder: str, published: PublishedFolds, *, shared_speakers: bool, shared_groups: bool
) -> None:
    """Match and audit the folds published in a folder, and write the entry of params.yaml.

    Raises:
        UserError: test recordings that are missing, or parts that share what was not accepted
    """
    params = project_params()
    check_name("ser emobox: corpus", corpus, params.corpus, hint="Or import it: ser import PATH.")
    if not paths.utterances(corpus).exists():
        raise UserError(f"ser emobox: {corpus} has no utterance table yet. Run: ser repro utterances@{corpus}")
    section = EmoboxFolds(
        metadata=folder, sha256=published.sha256, shared_speakers=shared_speakers, shared_groups=shared_groups
    )
    labelled = labelled_corpus(corpus, params)
    preset = emobox_preset(corpus, params)
    matched = match_folds(published, read_utterances(paths.utterances(corpus)), labelled.utterances, preset)
    for fold in matched.folds:
        counts = [f"{len(ids)} {part}" for part, ids in (("train", fold.train), ("validation", fold.validation)) if ids]
        CONSOLE.print(f"{fold.name}: {', '.join([*counts, f'{len(fold.test)} test'])}")
    for note in matched.notes:
        CONSOLE.print(note, style="cyan", markup=False)
    try:
        shared = audit_folds(labelled.utterances, matched.folds, straddling=may_straddle(section))
    except LeakError as error:
        raise LeakError(
            f"{error} To accept it, and have every result note it: --shared-speakers, --shared-groups."
        ) from error
    if any(shared.values()):
        CONSOLE.print(
            f"[yellow]Not speaker-independent: {shared['speaker']} test utterances have their speaker in the training "
            f"part, {shared['group']} a twin take. Results will note it.[/]"
        )
    change_file(PARAMS_FILE, lambda text: with_values(text, {f"corpus.{corpus}.emobox": section.model_dump()}))
    CONSOLE.print(f"Written: corpus.{corpus}.emobox in {PARAMS_FILE}. Next: evaluate on them:")
    CONSOLE.print(f"  ser evaluate {corpus} svm --protocol emobox")
