"""The report of `steering doctor`: what it finds, and that it notices what is wrong."""

import types
from pathlib import Path

import numpy as np
import pytest

from figures.command import doctor, known_answers, main
from figures.shared import data_sets
from foundation import caches

QUICK = ["networks", "replica", "dynamics", "figures"]
FURTHER = ["memories", "graded"]


def off(package):
    """Measure something that is too large."""
    return 2.0, 1.0


def broken(package):
    """Run into an error of a library."""
    return np.linalg.solve(np.zeros((2, 2)), [1, 1])[0], 1.0


def unknown(package):
    """Measure nothing."""
    return np.nan, 1.0


@pytest.fixture
def reported(capsys, monkeypatch):
    """Report on these checks, by packages; return its verdict and its lines."""

    def report(checks):
        monkeypatch.setattr(known_answers, "CHECKS", checks)
        return doctor.report(), capsys.readouterr().out.splitlines()

    return report


def test_every_package_has_a_known_answer():
    folders = {path.parent.name for path in Path(__file__).parents[2].glob("*/py.typed")}
    assert set(known_answers.CHECKS) == {*folders - {"foundation"}, *known_answers.TOPICS}


@pytest.mark.parametrize(
    "name",
    [
        *QUICK,
        *(pytest.param(name, marks=pytest.mark.thorough) for name in FURTHER),
        *(
            pytest.param(name, marks=pytest.mark.long)
            for name in known_answers.CHECKS
            if name not in QUICK + FURTHER
        ),
    ],
)
def test_known_answers(name, reported):
    passed, lines = reported({name: known_answers.CHECKS[name]})
    assert passed, lines[-3]


def test_a_wrong_result_is_noticed(monkeypatch, reported):
    import networks

    def wrong(network, s):
        return s @ network.couplings.astype(float).T  # without the self-coupling

    monkeypatch.setattr(networks.Network, "fields", wrong)
    passed, lines = reported({"networks": known_answers.networks})
    assert not passed
    assert "0.7, allowed 1e-05: FAILED" in lines[-3]


@pytest.mark.parametrize(
    ("name", "package", "attribute", "wrong"),
    [
        ("memories", "replica.memory_capacity", "alpha", 0.1382),  # with broken replica symmetry
        ("graded", "dynamics.settle", "state", np.full(200, 1.5)),
    ],
)
def test_a_wrong_result_of_a_topic_is_noticed(
    name, package, attribute, wrong, monkeypatch, reported
):
    found = types.SimpleNamespace(**{attribute: wrong})
    monkeypatch.setattr(package, lambda *arguments, **options: found)
    passed, lines = reported({name: known_answers.CHECKS[name]})
    assert not passed
    assert lines[-3].startswith(f"{name} ")
    assert "FAILED" in lines[-3]


def test_failures_are_said_and_do_not_stop_the_others(reported):
    passed, lines = reported(
        {"sweeps": off, "bp": broken, "replica": unknown, "no_such_package": off}
        | {"networks": known_answers.networks}
    )
    assert not passed
    said = {line.split()[0]: line for line in lines if "..." in line}
    assert "2, allowed 1: FAILED" in said["sweeps"]
    assert "LinAlgError: Singular matrix" in said["bp"]
    assert "test_doctor.py" not in said["bp"], "the place where it was raised"
    assert "nan, allowed 1: FAILED" in said["replica"]
    assert "ModuleNotFoundError" in said["no_such_package"]
    assert ": ok" in said["networks"]
    assert lines[-1] == "1 of 5 checks passed"


def test_status_of_the_command(monkeypatch, capsys):
    monkeypatch.setattr(known_answers, "CHECKS", {"networks": off})
    with pytest.raises(SystemExit) as stop:
        main(["doctor"])
    assert stop.value.code == 1
    assert "a known answer was missed" in capsys.readouterr().err
    monkeypatch.setattr(known_answers, "CHECKS", {"networks": known_answers.networks})
    main(["doctor"])


def test_what_is_looked_at(reported):
    _, lines = reported({})
    names = [line.split("  ")[0] for line in lines[: lines.index("")]]
    assert {"package", "python", "libraries", "extras", "cores", "blas"} <= set(names)
    (libraries,) = (line for line in lines if line.startswith("libraries"))
    assert f"numpy {np.__version__}" in libraries


def test_data_that_is_not_there(monkeypatch, tmp_path):
    monkeypatch.setenv("STEERING_DATA", str(tmp_path))
    (tmp_path / "mnist.npz").write_bytes(b"not an archive")
    found = {name: (text, advice) for name, text, advice in doctor.data()}
    assert "x_train" in found["MNIST"][0]
    assert found["MNIST"][1]
    assert "spoken_zero_one.npz is not in" in found["spoken digits"][0]
    for name, file in {
        "Fashion-MNIST": "fashion_mnist.npz",
        "animals": "animal.npz",
        "CIFAR-10": "data_batch_1.bin",
    }.items():
        assert file in found[name][0]
    assert "data of your own" not in found


def test_data_that_are_there(monkeypatch, tmp_path):
    images = {"x_train": np.zeros((5, 28, 28), np.uint8), "y_train": np.arange(5)}
    images |= {"x_test": images["x_train"], "y_test": images["y_train"]}
    np.savez(tmp_path / "fashion_mnist.npz", **images)
    np.savez(tmp_path / "mine.npz", X=np.ones((4, 2)), y=np.arange(4))
    monkeypatch.setenv("STEERING_DATA", str(tmp_path))
    found = {name: text for name, text, _ in doctor.data()}
    assert found["Fashion-MNIST"] == "there"
    assert found["data of your own"] == "mine.npz"
    assert data_sets.present(["MNIST", "Fashion-MNIST"]) == ["Fashion-MNIST"]
    monkeypatch.delenv("STEERING_DATA")
    assert data_sets.present(["Fashion-MNIST"]) == []
    assert [name for name, *_ in doctor.data()] == ["STEERING_DATA"]


def test_more_threads_than_cores(monkeypatch):
    import loky

    monkeypatch.setattr(loky, "cpu_count", lambda: 0)
    advice = [advice for name, _, advice in doctor.threads() if name == "blas"]
    assert advice
    assert all("OMP_NUM_THREADS" in found for found in advice)


def test_caches(monkeypatch, tmp_path):
    monkeypatch.setattr(doctor, "cache_folder", caches.cache_folder.__wrapped__)
    monkeypatch.setenv("STEERING_CACHE", str(tmp_path))
    (tmp_path / "kernel.py").write_bytes(bytes(1_200_000))
    assert list(doctor.caches()) == [("compiled kernels", f"{tmp_path}: 1 files, 1.2 MB", "")]
    tmp_path.chmod(0o777)
    ((_, _, advice),) = doctor.caches()
    assert "others may write" in advice


def test_a_look_that_fails_is_told(monkeypatch, reported):
    def look():
        yield "first", "seen", ""
        raise OSError("no such thing")

    monkeypatch.setattr(doctor, "data", look)
    _, lines = reported({})
    (told,) = (line for line in lines if "not known" in line)
    assert "OSError: no such thing" in told
    assert any(line.split() == ["first", "seen"] for line in lines)
