"""TODO"""

from __future__ import annotations


def plan(*inputs, output=None):
    tasks = batch.plan(tuple(map(str, inputs)), output and str(output), NAMING)
    return [(t.source and t.source.name, t.target and t.target.name) for t in tasks]


def test_names(tmp_path):
    assert plan("a.b.JPG") == [("a.b.JPG", "a.b.gray.png")]
    assert plan("photo") == [("photo", "photo.gray.png")]
    assert plan("-") == [(None, None)]
    assert plan("a.jpg", output="-") == [("a.jpg", None)]
    assert plan("a.jpg", output=tmp_path) == [("a.jpg", "a.gray.png")]
    assert plan("a.jpg", output=tmp_path / "x.PNG") == [("a.jpg", "x.PNG")]
    assert plan("a.jpg", "b.png") == [("a.jpg", "a.gray.png"), ("b.png", "b.gray.png")]
    with pytest.raises(UsageError):
        plan(tmp_path)
    with pytest.raises(InputError):
        plan(tmp_path, output=tmp_path / "out")


def test_results_are_no_inputs(folder):
    assert len(plan(folder, output=folder / "out")) == 2
    (folder / "out").mkdir()
    shutil.copy(folder / "one.png", folder / "out" / "x.png")
    shutil.copy(folder / "one.png", folder / "one.gray.png")
    assert len(plan(folder, output=folder / "out")) == 2


def test_a_tree_is_mirrored(run, folder, tmp_path):
    out = tmp_path / "out"
    result = run("encode", folder, "-o", out)
    assert result.exit_code == 0, result.output
    assert "2 done, 0 skipped, 0 failed" in result.stderr
    names = sorted(str(p.relative_to(out)) for p in out.rglob("*.png"))
    assert names == ["deep er/zwei.gray.png", "one.gray.png"]
    result = run("decode", out, "-o", tmp_path / "back", "--json")
    assert result.exit_code == 0
    rows = [json.loads(line) for line in result.stdout.splitlines()]
    assert {row["status"] for row in rows} == {"done"}
    assert {Path(row["output"]).name for row in rows} == {"one.color.png", "zwei.color.png"}


def test_not_recursive(run, folder, tmp_path):
    assert run("encode", folder, "-o", tmp_path / "out", "--no-recursive").exit_code == 0
    assert [p.name for p in (tmp_path / "out").iterdir()] == ["one.gray.png"]


def test_a_bad_picture_does_not_stop_the_rest(run, folder, tmp_path):
    (folder / "bad.png").write_bytes(b"nonsense")
    result = run("encode", folder, "-o", tmp_path / "out")
    assert result.exit_code == 1
    assert "bad.png: is not a picture; " in result.stderr
    assert "2 done, 0 skipped, 1 failed" in result.stderr


def test_existing_files(run, photo_file, tmp_path):
    target = tmp_path / "photo.gray.png"
    target.write_text("precious")
    result = run("encode", photo_file)
    assert result.exit_code == 1
    assert "exists already; use --overwrite or --skip-existing" in result.stderr
    assert run("encode", photo_file, "--skip-existing").exit_code == 0
    assert target.read_text() == "precious"
    assert run("encode", photo_file, "--overwrite").exit_code == 0
    assert images.read(target).record.preset == "standard"
    assert run("encode", photo_file, "--overwrite", "--skip-existing").exit_code == 2


def test_results_into_a_parent_of_the_input(run, folder, monkeypatch):
    monkeypatch.chdir(folder)
    assert run("encode", "deep er", "-o", ".").exit_code == 0
    assert (folder / "zwei.gray.png").exists()


@pytest.mark.skipif(os.name != "posix", reason="signals")
def test_interruption_while_waiting_for_input(command):
    process = subprocess.Popen(
        [*command, "encode", "-"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    time.sleep(3)
    process.send_signal(signal.SIGINT)
    assert process.wait(timeout=20) == 130
    assert process.stderr.read() == b"invgray: interrupted\n"


@pytest.mark.skipif(os.name != "posix", reason="signals")
def test_interruption_leaves_no_half_written_file(command, tmp_path, photo):
    source = tmp_path / "in"
    source.mkdir()
    for i in range(60):
        Image.fromarray(np.roll(photo, i, axis=0)).save(source / f"{i}.png", compress_level=1)
    process = subprocess.Popen(
        [*command, "encode", source, "-o", tmp_path / "out"], stderr=subprocess.PIPE
    )
    while not list(tmp_path.glob("out/*.gray.png")):
        time.sleep(0.05)
    process.send_signal(signal.SIGINT)
    assert b"interrupted" in process.communicate(timeout=60)[1]
    assert process.returncode == 130
    written = [p for p in (tmp_path / "out").iterdir()]
    assert all(p.name.endswith(".gray.png") for p in written)
    for path in written:
        images.read(path)


