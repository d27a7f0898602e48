"""The report of `steering doctor`: what it finds, and that it notices what is wrong."""

import numpy as np
import pytest

from figures.command import doctor, environment, main, self_test

QUICK = ["networks", "replica", "dynamics: relaxation", "sweeps: NetCDF", "figures"]


def off():
    """Measure something that is too large."""
    return 2.0, 1.0


def broken():
    """Run into an error of a library."""
    return np.linalg.solve(np.zeros((2, 2)), [1, 1])[0], 1.0


def unknown():
    """Measure nothing."""
    return np.nan, 1.0


@pytest.mark.parametrize(
    "name",
    [
        name if name in QUICK else pytest.param(name, marks=pytest.mark.long)
        for name in self_test.CHECKS
    ],
)
def test_checks_pass(name):
    finding = self_test.run(self_test.CHECKS[name])
    assert finding.passed, finding


def test_a_wrong_result_is_noticed(monkeypatch):
    import networks

    def wrong(network, s):
        return s @ network.couplings.astype(float).T  # without the self-coupling

    monkeypatch.setattr(networks.Network, "fields", wrong)
    finding = self_test.run(self_test.CHECKS["networks"])
    assert not finding.passed
    assert finding.measured == pytest.approx(0.7)


def test_failures_are_said_and_do_not_stop_the_others(capsys):
    checks = {"off": off, "broken": broken, "unknown": unknown, "networks": self_test.networks}
    assert not doctor.report(checks)
    lines = capsys.readouterr().out.split("self-test", 1)[1].splitlines()
    said = {line.split()[0]: line for line in lines if "..." in line}
    assert "2, allowed 1: FAILED" in said["off"]
    assert "FAILED" in said["broken"]
    assert "FAILED" in said["unknown"]
    assert ": ok" in said["networks"]
    reason = lines[lines.index(said["broken"]) + 1]
    assert "LinAlgError: Singular matrix" in reason
    assert "test_doctor.py" not in reason, "the place where it was raised"
    assert lines[-1] == "1 of 4 checks passed"


def test_status_of_the_command(monkeypatch, capsys):
    monkeypatch.setattr(self_test, "CHECKS", {"off": off})
    with pytest.raises(SystemExit) as stop:
        main(["doctor"])
    assert stop.value.code == 1
    assert "self-test failed" in capsys.readouterr().err
    monkeypatch.setattr(self_test, "CHECKS", {"networks": self_test.networks})
    main(["doctor"])


def test_data_that_is_not_there(monkeypatch, tmp_path):
    monkeypatch.setenv("STEERING_DATA", str(tmp_path))
    (tmp_path / "mnist.npz").write_bytes(b"not an archive")
    found = {fact.name: fact for fact in environment.data()}
    assert "x_train" in found["MNIST"].text
    assert found["MNIST"].advice
    assert "spoken_zero_one.npz is not in" in found["spoken digits"].text


def test_more_threads_than_cores(monkeypatch):
    import loky

    monkeypatch.setattr(loky, "cpu_count", lambda: 0)
    blas = [fact for fact in environment.threads() if fact.name == "blas"]
    assert blas
    assert all("OMP_NUM_THREADS" in fact.advice for fact in blas)


def test_file_systems(tmp_path):
    table = tmp_path / "mounts"
    table.write_text(
        f"disk / ext4 rw 0 0\nserver:/a {tmp_path} autofs rw 0 0\n"
        f"server:/a {tmp_path} nfs4 rw 0 0\nmemory {tmp_path}/b tmpfs rw 0 0\n"
    )
    kinds = [environment.file_system(tmp_path / sub, table) for sub in ("", "bb", "b/c", "..")]
    assert kinds == ["nfs4", "nfs4", "tmpfs", "ext4"]
    assert environment.file_system(tmp_path, tmp_path / "none") == ""


def test_a_numba_without_a_place_for_its_cache(monkeypatch):
    class Stats:
        @property
        def stats(self):
            raise RuntimeError("cannot cache function: no locator available")

    monkeypatch.setattr("dynamics.attractors.enumeration._scan", Stats())
    fact, *_ = environment.caches()
    assert "no locator" in fact.text
    assert "NUMBA_CACHE_DIR" in fact.advice


def test_folders_that_cannot_be_written(tmp_path):
    assert environment.writable(tmp_path / "new" / "newer")
    file = tmp_path / "file"
    file.touch()
    assert not environment.writable(file / "below")


def test_a_look_that_fails_is_a_fact(monkeypatch):
    def look():
        yield environment.Fact("first", "seen")
        raise OSError("no such thing")

    monkeypatch.setattr(environment, "LOOKS", (look,))
    facts = list(environment.facts())
    assert facts[0].text == "seen"
    assert "OSError: no such thing" in facts[1].text
