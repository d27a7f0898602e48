"""The command line as a user meets it."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
import xarray

import sweeps
from figures import catalogue
from figures.command import main, sweep_arguments
from foundation import __version__


def run(capsys: pytest.CaptureFixture[str], *words: str) -> tuple[int, str, str]:
    with pytest.raises(SystemExit) as stop:
        main(list(words))
    captured = capsys.readouterr()
    return int(stop.value.code or 0), captured.out, captured.err


def test_list_names_all_figures(capsys):
    main(["list"])
    lines = capsys.readouterr().out.splitlines()
    figures = [line.split(maxsplit=1) for line in lines if line.startswith("  ")]
    assert figures == [[name, catalogue.load(name).title] for name in catalogue.names()]
    assert ["pair_distances", "Pairs of fixed points"] in figures
    chapters = [line for line in lines if not line.startswith(" ")]
    assert [chapter.partition(" (")[0] for chapter in chapters] == [
        chapter.title for chapter in catalogue.chapters()
    ]


def test_list_names_one_chapter(capsys):
    main(["list", "message-passing"])
    first, *others = capsys.readouterr().out.splitlines()
    assert first == "Message passing (message_passing)"
    assert tuple(line.split()[0] for line in others) == catalogue.chapter("message_passing").names


@pytest.mark.parametrize(
    ("words", "suggested"),
    [
        (["figure", "relaxatoin"], "did you mean 'relaxation'?"),
        (["figure", "Overlap-gab"], "did you mean 'overlap_gap'?"),
        (["list", "relaxatoin"], "did you mean 'relaxation'?"),
        (["reproduce", "mesage-passing"], "did you mean 'message_passing'?"),
    ],
)
def test_the_nearest_name_is_suggested(capsys, words, suggested):
    status, _, err = run(capsys, *words)
    assert status == 2
    assert err.rstrip().endswith(suggested)
    assert len(err) < 200, "no list of 38 names"


def test_a_figure_may_be_written_with_dashes(capsys, tmp_path):
    main(["figure", "local-entropy", "--redraw", "--output", str(tmp_path)])
    assert capsys.readouterr().out.startswith("local_entropy: ")
    assert (tmp_path / "local_entropy.png").is_file()


def test_a_chapter_is_made_alone(monkeypatch, capsys, tmp_path):
    made = []
    monkeypatch.setattr("figures.command.cli._make", lambda names, *options: made.extend(names))
    main(["reproduce", "counts"])
    assert made == ["fixed_point_counts", "pair_distances"]
    main(["reproduce"])
    assert made[2:] == list(catalogue.names())


@pytest.mark.parametrize("words", ["list", "doctor", "--help"])
def test_nobody_reads_on(words):
    script = Path(sys.executable).with_name("steering")
    reading, writing = os.pipe()
    os.close(reading)
    try:
        done = subprocess.run([script, words], stdout=writing, stderr=subprocess.PIPE, check=False)
    finally:
        os.close(writing)
    assert done.stderr == b""
    assert done.returncode == 1


@pytest.mark.parametrize(
    ("words", "full", "status", "said"),
    [
        (["list"], True, 1, "No space left on device"),
        pytest.param(
            ["figure", "overlap-gap", "--redraw"],
            False,
            1,
            "Is a directory",
            marks=pytest.mark.thorough,
        ),
        (["reproduce", "--redraw"], False, 2, "'nonsense' is not a valid value for backend"),
    ],
)
def test_what_the_machine_refuses_is_one_line(words, full, status, said, tmp_path):
    (tmp_path / "gallery-stored" / "overlap_gap.png").mkdir(parents=True)
    script = Path(sys.executable).with_name("steering")
    environment = os.environ | {"MPLBACKEND": "nonsense" if status == 2 else "agg"}
    with open("/dev/full" if full else os.devnull, "wb") as out:
        done = subprocess.run(
            [script, *words], stdout=out, stderr=subprocess.PIPE, check=False, text=True,
            cwd=tmp_path, env=environment,
        )  # fmt: skip
    assert done.returncode == status
    assert done.stderr.startswith("steering: ")
    assert said in done.stderr
    assert done.stderr.count("\n") == 1


@pytest.mark.parametrize(
    ("words", "named"),
    [
        (["figure", "nope"], "figure"),
        (["figure"], "name"),
        (["nope"], "nope"),
        (["figure", "relaxation", "--jobs", "0"], "--jobs"),
        (["figure", "relaxation", "--jobs", "two"], "--jobs"),
        (["reproduce", "--seed", "-1"], "--seed"),
        (["reproduce", "--redraw", "--full"], "--full"),
        (["reproduce", "--output", "/proc/nowhere"], "output"),
        (["reproduce", "--output", __file__], "output"),
        (["reproduce", "--scheduler", "nonsense://x"], "--scheduler"),
        (["recheck", "--output", "nowhere"], "--output"),
        (["recheck", "--seed", "-1"], "--seed"),
        (["recheck", "--count", "0"], "--count"),
        (["sweep", "operator:nothing", "a=1", "--store", "x"], "nothing"),
        (["sweep", "operator", "a=1", "--store", "x"], "function"),
        (["sweep", "no_such_module:f", "a=1", "--store", "x"], "no_such_module"),
        (["sweep", "nofile.py:f", "a=1", "--store", "x"], "nofile.py"),
        (["sweep", "operator:neg", "a", "--store", "x"], "grid"),
        (["sweep", "operator:neg", "a=1", "a=2", "--store", "x"], "twice"),
        (["sweep", "operator:neg", "a=0:1:0", "--store", "x"], "STEP"),
        (["sweep", "operator:neg", "a=1,", "--store", "x"], "grid"),
        (["sweep", "operator:neg", "J_D=0.2:0.8", "--store", "x"], "0.2:0.8 is no value"),
        (["sweep", "operator:neg", "N=20..40", "--store", "x"], "20..40 is no value"),
        (["sweep", "operator:neg", "a=0:1e400:1", "--store", "x"], "too large for a float"),
        (["sweep", "operator:neg", "a=0:inf:1", "--store", "x"], "START:STOP:STEP"),
        (["sweep", "operator:neg", "a=0:1e9:1", "--store", "x"], "1 to 1000000 values"),
        (["sweep", "operator:neg", "a=1:0:1", "--store", "x"], "1 to 1000000 values"),
        (["sweep", "operator:neg", "a=True:2:1", "--store", "x"], "START:STOP:STEP"),
        (["sweep", "operator:neg", "a=1e400", "--store", "x"], "write inf for infinity"),
        (["sweep", "operator:neg", "a=nan", "--store", "x"], "nan cannot name a point"),
        (["sweep", "operator:neg", "a,b=1:2,3", "--store", "x"], "2 values, with : between"),
        (["sweep", "operator:neg", "a,b=1:2", "b=3", "--store", "x"], "'b' twice"),
        (["sweep", "operator:neg", "a,a=1:2", "--store", "x"], "'a' twice"),
        (["sweep", "operator:neg", "a-b=1", "a_b=2", "--store", "x"], "'a_b' twice"),
        (["sweep", "operator:neg", "a=1+1j", "--store", "x"], "1+1j is no value"),
        (["sweep", "operator:neg", "a=...", "--store", "x"], "... is no value"),
        (["sweep", "operator:neg", "a=b'x'", "--store", "x"], "b'x' is no value"),
        (["sweep", "operator:neg", "a={1}", "--store", "x"], "{1} is no value"),
        (["sweep", "operator:neg", "a=1:3:1,7", "--store", "x"], "START:STOP:STEP"),
        (["sweep", "operator:neg", "a=1,1", "--store", "x"], "distinct values"),
        (["figure", "overlap_gap", "--redraw", "--format", ""], "--format"),
        (["sweep", "operator:negg", "a=1", "--store", "x"], "negg is not there in operator; did"),
        (["sweep", "operator:__all__", "a=1", "--store", "x"], "__all__ is no function"),
        (["sweep", "operator:neg", "a=1", "--store", "x", "--seed", "1.5"], "whole number"),
        (["sweep", "operator:neg", "a=1", "--store", "x", "--jobs", "2.9"], "whole number"),
        (["sweep", "operator:neg", "a=1", "--store", "x", "--replicas", "2.5"], "whole number"),
        (["sweep", "operator:neg", "a=1", "--store", "x", "--output", "s.csv"], "NAME.nc"),
        (["sweep", "operator:neg", "a=1", "--store", "x", "--output", "/"], "--output"),
        (["sweep", "operator:neg", "a=1", "--store", "x", "--output", "/proc/a/b"], "--output"),
        (["reproduce", "--jobs", "2", "--scheduler", "tcp://127.0.0.1:1"], "--jobs"),
    ],
)
def test_bad_input_is_one_line_and_status_2(capsys, words, named, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    status, out, err = run(capsys, *words)
    assert status == 2
    assert out == ""
    assert err.startswith("steering: ")
    assert named in err
    assert err.count("\n") == 1
    assert not list(tmp_path.glob("**/*.sqlite")), "nothing may be computed"


def test_unusable_ledger_is_one_line_and_status_1(capsys):
    status, _, err = run(capsys, "sweep", f"{__file__}:cube", "x=1", "--store", "/proc/a.sqlite")
    assert status == 1
    assert err.count("\n") == 1
    assert "/proc/a.sqlite" in err


def cube(x, rng):
    """Return a number that tells whether it was computed again."""
    return x**3


def test_sweep_computes_prints_stores_and_starts_anew_on_request(capsys, tmp_path):
    store, output = tmp_path / "cubes.sqlite", tmp_path / "cubes.nc"
    words = ["sweep", f"{__file__}:cube", "x=1:3:1", "--store", str(store), "--jobs", "1"]
    main([*words, "--output", str(output)])
    printed = capsys.readouterr().out
    assert [line.split()[:2] for line in printed.splitlines()[2:5]] == [
        ["1", "1.0"],
        ["2", "8.0"],
        ["3", "27.0"],
    ]
    assert output.is_file()
    main([*words, "--no-resume"])
    assert len(list(tmp_path.glob("cubes.sqlite*"))) == 2, "the old ledger is kept"


def told(flag, kind, x, y):
    """Return the arguments as the function sees them."""
    return {"text": f"{flag!r} {kind!r} {x!r} {y!r}", "z": y}


def test_words_become_values_and_strings_are_in_the_table(capsys, tmp_path):
    store = str(tmp_path / "x.sqlite")
    grid = ["flag=false,True,none", "kind=ab,'c:d'", "x,y=1:0.5,-inf:2"]
    main(["sweep", f"{__file__}:told", *grid, "--store", store, "--jobs", "1", "--plan"])
    assert capsys.readouterr().out == (
        "12 points, 0 stored, 12 to compute: nothing is stored that tells how long it takes\n"
    )
    main(["sweep", f"{__file__}:told", *grid, "--store", store, "--jobs", "1"])
    printed = capsys.readouterr().out
    for flag in ("False", "True", "None"):
        for kind in ("'ab'", "'c:d'"):
            assert f"{flag} {kind} 1.0 0.5" in printed
            assert f"{flag} {kind} -inf 2.0" in printed


def test_dashes_in_names_of_parameters_are_underscores():
    assert sweep_arguments.grid(("max-sweeps=100,200", "J-D,N=0.5:10")) == {
        "max_sweeps": [100, 200],
        ("J_D", "N"): [(0.5, 10)],
    }


def test_several_strings_are_counted():
    texts = xarray.DataArray([["a", "b", "a", ""], ["c", "c", "", ""]], dims=("i", "replica"))
    data = xarray.Dataset({"text": texts, "failed": texts == "", "seconds": texts == ""})
    printed = sweep_arguments.table(data)
    assert "a (2), b (1)" in printed
    assert printed.splitlines()[-1].split()[-1] == "c"


def no_twos(x):
    """Fail at one of the points."""
    if x == 2:
        raise ValueError("two")
    return x


def test_status_shows_a_ledger(capsys, tmp_path):
    store = tmp_path / "x.sqlite"
    status, _, err = run(capsys, "status", str(store))
    assert (status, err) == (1, f"steering: {store} does not exist\n")
    main(["sweep", f"{__file__}:cube", "x=1:3:1", "--store", str(store), "--jobs", "1"])
    capsys.readouterr()
    main(["status", str(store), "--follow"])
    assert capsys.readouterr().out == (
        f"{store}: no sweep is running\nstored: cube, version 1, seed 0: 3 done, 0 failed\n"
    )


def test_a_sweep_with_failed_points_fails(capsys, tmp_path):
    words = ["sweep", f"{__file__}:no_twos", "x=1:3:1", "--store", str(tmp_path / "x.sqlite")]
    with pytest.warns(sweeps.SweepWarning, match="1 of 3 points failed"):
        status, out, err = run(capsys, *words, "--jobs", "1")
    assert status == 1
    assert "1.0" in out
    assert err.endswith("steering: 1 of 3 points failed\n")


def test_help_imports_no_numerics():
    code = (
        "import sys\n"
        "from figures.command import main\n"
        "try:\n    main(['--help'])\nexcept SystemExit:\n    pass\n"
        "print([m for m in ('numpy', 'scipy', 'numba', 'xarray', 'matplotlib') "
        "if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "[]"


def test_console_script_is_installed():
    script = Path(sys.executable).with_name("steering")
    done = subprocess.run([script, "--version"], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == __version__


def test_an_interrupt_says_how_to_go_on(capsys, monkeypatch):
    def interrupted(*arguments):
        raise KeyboardInterrupt

    monkeypatch.setattr("figures.command.doctor.report", interrupted)
    with pytest.raises(SystemExit) as stopped:
        main(["doctor"])
    assert stopped.value.code == 130
    assert capsys.readouterr().err.startswith("steering: stopped; the same command")
