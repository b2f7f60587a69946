"""`ser verify` where posteriors are not those recorded: as near as another processor makes them, or others."""

import numpy as np
import pandas as pd
import pyarrow.parquet as pq

from pipelines import paths
from ser_tasks.provenance.versions import circumstances
from tests.pipelines.verify.rows import NAME, edit_result, posteriors_with, verify


def nudge(size: float):
    """Change every posterior by so much at most, as another processor's rounding does."""

    def change(table: pd.DataFrame) -> None:
        noise = np.random.default_rng(0).uniform(-size, size, (len(table), 2))
        table[["anger", "sadness"]] += noise

    return change


def test_posteriors_with_other_last_bits_still_match_and_the_machine_is_named(project):
    posteriors_with(nudge(1e-9))
    code, said = verify(NAME)
    assert code == 0
    assert f"{NAME} matches within tolerance" in said
    assert "(0.0001 allowed), with the same likeliest classes" in said
    assert "Here: " in said and circumstances()["blas"] in said
    code, said = verify(NAME, "--exact")
    assert (code, "other posteriors than recorded: they differ by" in said) == (1, True)


def test_one_posterior_that_changes_by_more_though_no_figure_does(project):
    posteriors_with(lambda table: table.__setitem__("anger", table.anger + 0.01 * (table.index == 0)))
    code, said = verify(NAME)
    assert (code, "other posteriors than recorded: they differ by 0.00088" in said) == (1, True), "0.01 / sqrt(128)"


def test_one_changed_prediction(project):
    def between(table: pd.DataFrame) -> None:
        """The two posteriors nearest to each other change places."""
        row = (table.anger - table.sadness).abs().idxmin()
        table.loc[row, ["anger", "sadness"]] = float(table.sadness[row]), float(table.anger[row])

    posteriors_with(between)
    code, said = verify(NAME)
    assert code == 1
    assert "svm.parquet: other posteriors than recorded: other classes are the likeliest" in said


def test_a_row_that_records_no_sums_is_held_to_the_last_bit(project):
    edit_result(lambda result: result["provenance"].update(outputs=result["provenance"]["outputs"][:2]))
    assert verify(NAME)[0] == 0
    posteriors_with(nudge(1e-9))
    code, said = verify(NAME)
    assert (code, "the row does not record how far they may be off; --recompute tells" in said) == (1, True)


def test_features_with_other_last_bits_are_no_difference_where_the_posteriors_are_near(project):
    shard = next(paths.features("demo", "functionals").glob("*.parquet"))
    table = pq.read_table(shard)
    rows = table.to_pylist()
    rows[5]["values"][2] = float(np.nextafter(np.float32(rows[5]["values"][2]), np.float32(9)))
    pq.write_table(type(table).from_pylist(rows, schema=table.schema), shard)
    assert verify(NAME)[0] == 1, "posteriors to the last bit cannot come from other features"
    posteriors_with(nudge(1e-9))
    code, said = verify(NAME)
    assert (code, "data functionals values: not to the last bit" in said) == (0, True)
