from ser_tasks.provenance.versions import circumstances, library_versions


def test_the_processor_is_named_as_linux_names_it(tmp_path):
    (tmp_path / "cpuinfo").write_text("processor\t: 0\nmodel name\t: A processor @ 2 GHz\nmodel name\t: another\n")
    assert circumstances(tmp_path / "cpuinfo")["processor"] == "A processor @ 2 GHz"


def test_where_there_is_no_such_file_every_entry_still_has_a_text(tmp_path):
    assert all(circumstances(tmp_path / "none").values())


def test_what_enters_a_result_does_not_name_python():
    assert "python" not in library_versions()
    assert "python.version" in circumstances()
