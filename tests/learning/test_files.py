"""Data that are read are what was published or stored; other files are refused."""

import gzip
import hashlib
import os
import pickle
import zipfile
from pathlib import Path

import numpy as np
import pytest

import learning
from learning.data import animals, pickled

DATA = Path(os.environ.get("STEERING_DATA", "/nowhere"))
NAMES = {learning.load_mnist: "mnist.npz", learning.load_fashion_mnist: "fashion_mnist.npz"}
loaders = pytest.mark.parametrize("load", NAMES, ids=lambda load: load.__name__)


def needs(name):
    return pytest.mark.skipif(not (DATA / name).is_file(), reason=f"STEERING_DATA has no {name}")


@needs("mnist.npz")
def test_mnist_is_mnist(monkeypatch):
    monkeypatch.setenv("STEERING_DATA", "/nowhere")  # an argument goes first
    data = learning.load_mnist(DATA / "mnist.npz")
    assert data.X.shape == (60000, 784)
    np.testing.assert_array_equal(
        np.bincount(data.y), [5923, 6742, 5958, 6131, 5842, 5421, 5918, 6265, 5851, 5949]
    )
    np.testing.assert_array_equal(
        np.bincount(data.y_test), [980, 1135, 1032, 1010, 982, 892, 958, 1028, 974, 1009]
    )
    assert data.X.mean() == pytest.approx(0.1307, abs=1e-4)  # as everybody normalises by


@needs("fashion_mnist.npz")
def test_fashion_mnist_is_fashion_mnist():
    data = learning.load_fashion_mnist()
    assert (np.bincount(data.y) == 6000).all()
    assert (np.bincount(data.y_test) == 1000).all()
    assert data.X.mean() == pytest.approx(0.2860, abs=1e-4)  # as everybody normalises by


@loaders
def test_published_files_are_read(load, tmp_path, monkeypatch):
    rng = np.random.default_rng(1)
    images = rng.integers(0, 256, size=(7, 28, 28), dtype=np.uint8)
    labels = np.arange(7, dtype=np.uint8)
    asked = []

    def retrieve(address, known_hash, fname, path):
        asked.append((address, known_hash, fname))
        array = images if "images" in fname else labels
        header = bytes([0, 0, 8, array.ndim]) + np.array(array.shape, ">u4").tobytes()
        file = tmp_path / fname
        file.write_bytes(gzip.compress(header + array.tobytes()))
        return str(file)

    monkeypatch.delenv("STEERING_DATA", raising=False)
    monkeypatch.setattr("pooch.retrieve", retrieve)
    data = load()
    np.testing.assert_allclose(data.X, images.reshape(7, 784) / 255, rtol=1e-6)
    np.testing.assert_array_equal(data.y_test, labels)
    hashes = {known for _, known, _ in asked}
    assert len(hashes) == 4
    assert all(known.startswith("sha256:") and len(known) == 71 for known in hashes)
    first, asked = {name for _, _, name in asked}, []
    next(other for other in NAMES if other is not load)()
    assert not first & {name for _, _, name in asked}, "they would take each other's place"


@loaders
def test_no_network_is_said(load, monkeypatch):
    def retrieve(*arguments, **named):
        raise OSError("unreachable")

    monkeypatch.delenv("STEERING_DATA", raising=False)
    monkeypatch.setattr("pooch.retrieve", retrieve)
    with pytest.raises(ValueError, match=rf"unreachable.*{NAMES[load]}.*STEERING_DATA"):
        load()


def npz(folder, name="mnist.npz", **changes):
    images, labels = np.zeros((5, 28, 28), np.uint8), np.arange(5, dtype=np.uint8)
    arrays = {"x_train": images, "y_train": labels, "x_test": images, "y_test": labels}
    np.savez(folder / name, **{**arrays, **changes})
    return folder


@pytest.mark.parametrize(
    "changes",
    [
        {"x_train": np.zeros((5, 27, 28), np.uint8)},
        {"x_test": np.zeros((5, 28, 28))},
        {"x_train": np.zeros((0, 28, 28), np.uint8), "y_train": np.zeros(0, np.uint8)},
        {"y_train": np.arange(4, dtype=np.uint8)},
        {"y_train": np.arange(6, 11)},
        {"y_test": np.arange(5) - 0.5},
        {"y_test": np.array(list("abcde"))},
        {"y_train": np.array([None] * 5)},
    ],
)
def test_images_that_are_not_mnist(tmp_path, changes):
    for load, name in NAMES.items():
        assert load(npz(tmp_path, name)).X.shape == (5, 784)
        with pytest.raises(ValueError, match="path must have"):
            load(npz(tmp_path, name, **changes))
        whole = (tmp_path / name).read_bytes()
        (tmp_path / name).write_bytes(whole[: len(whole) // 2])
        with pytest.raises(ValueError, match="path must have"):
            load(tmp_path)


@needs("animal.npz")
def test_animals_are_there_once():
    data = learning.load_animals()
    assert data.name == "animals without 284 duplicates"
    assert data.X.shape == (7716, 784)
    assert data.X_test.shape == (2000, 784)
    with np.load(DATA / "animal.npz") as stored:
        label_of = {
            image.tobytes(): label for image, label in zip(stored["X"], stored["y"], strict=True)
        }
    images = np.round(255 * np.concatenate([data.X, data.X_test])).astype(np.uint8)
    names = [image.tobytes() for image in images]
    assert len(set(names)) == len(names) == len(label_of)
    assert [label_of[name] for name in names] == [*data.y, *data.y_test]


@pytest.fixture
def wheel(tmp_path, monkeypatch):
    """Write a wheel like that of the animals."""
    images = np.random.default_rng(1).integers(0, 256, size=(40, 28, 28), dtype=np.uint8)
    images[7] = images[3]
    labels = np.arange(40) % 10
    file = tmp_path / animals.WHEEL
    with zipfile.ZipFile(file, "w") as archive:
        for part, array in (("data", images), ("label", labels)):
            packed = gzip.compress(pickle.dumps(array, protocol=4))
            archive.writestr(f"animal_mnist/data/Animal_MNIST/animal_{part}_version_3.gz", packed)
    monkeypatch.setattr(animals, "SHA256", hashlib.sha256(file.read_bytes()).hexdigest())
    return file


def test_the_wheel_of_the_animals(wheel, monkeypatch):
    by_file = learning.load_animals(wheel, test=9)
    monkeypatch.setenv("STEERING_DATA", str(wheel.parent))
    data = learning.load_animals(test=9)
    assert data.name == "animals without 1 duplicate"
    assert (len(data.X), len(data.X_test)) == (30, 9)
    np.testing.assert_array_equal(data.X, by_file.X)
    with pytest.raises(ValueError, match=r"test must be an integer in \[1, 38\]"):
        learning.load_animals(test=39)
    wheel.write_bytes(wheel.read_bytes() + b"\0")
    with pytest.raises(ValueError, match="as published, SHA-256"):
        learning.load_animals()


def test_animals_that_are_not_there(monkeypatch, tmp_path):
    with pytest.raises(ValueError, match="pip download"):
        learning.load_animals(tmp_path)
    monkeypatch.delenv("STEERING_DATA", raising=False)
    with pytest.raises(ValueError, match="STEERING_DATA be set"):
        learning.load_animals()


class Bomb:
    def __init__(self, file):
        self.file = file

    def __reduce__(self):
        return Path.touch, (self.file,)


def test_nothing_in_a_pickle_is_executed(tmp_path):
    content, file = b"x" * 1000, tmp_path / "touched"
    assert pickled.contents(pickle.dumps([Bomb(file), content], protocol=4)) == content
    assert not file.exists()
    pickle.loads(pickle.dumps(Bomb(file), protocol=4))
    assert file.exists()
    with pytest.raises(ValueError, match="got 2"):
        pickled.contents(pickle.dumps([content, b"y" * 1000], protocol=4))


def test_arrays_of_ones_own(tmp_path, monkeypatch):
    X = np.arange(60, dtype=np.float32).reshape(10, 2, 3)
    y = np.array(list("abcdefghij"))
    np.savez(tmp_path / "own.npz", X=X, y=y, other=X)
    monkeypatch.setenv("STEERING_DATA", str(tmp_path))
    data = learning.load_arrays("own.npz", test=3, rng=1)
    assert data.name == "own"
    rows = dict(zip(y, X.reshape(10, 6), strict=True))
    for inputs, labels, size in ((data.X, data.y, 7), (data.X_test, data.y_test, 3)):
        assert inputs.shape == (size, 6)
        for row, label in zip(inputs, labels, strict=True):
            np.testing.assert_array_equal(row, rows.get(label))
    assert sorted([*data.y, *data.y_test]) == list(y)
    assert len(learning.load_arrays(tmp_path / "own.npz").X_test) == 2
    assert list(learning.load_arrays("own.npz", rng=2).y_test) != list(data.y_test[:2])
    np.savez(tmp_path / "bytes.npz", X=np.full((4, 5), 51, np.uint8), y=np.arange(4))
    assert pytest.approx(np.full((3, 5), 0.2)) == learning.load_arrays("bytes.npz").X


@pytest.mark.parametrize(
    ("changes", "named"),
    [
        ({"X": np.ones(4)}, "path must have inputs"),
        ({"X": np.ones((4, 0))}, "path must have inputs"),
        ({"X": np.ones((1, 3)), "y": [0]}, "path must have inputs"),
        ({"y": [0, 1, 2]}, "path must have inputs"),
        ({"X": np.array([[1j]] * 4)}, "path must have numbers"),
        ({"y": [0.5, 1, 2, 3]}, "path must have numbers"),
        ({"X": np.full((4, 2), np.nan)}, "X must have finite"),
        ({"y": np.array([None] * 4)}, "path must have the arrays X, y"),
    ],
)
def test_arrays_that_are_no_data(tmp_path, changes, named):
    np.savez(tmp_path / "a.npz", **{"X": np.ones((4, 2)), "y": [0, 1, 0, 1], **changes})
    with pytest.raises(ValueError, match=named):
        learning.load_arrays(tmp_path / "a.npz")


def cifar(folder, seed=1):
    """Write files like those of CIFAR-10, four images each; return all labels and images."""
    rng = np.random.default_rng(seed)
    folder.mkdir(exist_ok=True)
    labels = rng.integers(0, 10, size=(6, 4), dtype=np.uint8)
    images = rng.integers(0, 256, size=(6, 4, 3, 32, 32), dtype=np.uint8)
    for k in range(6):
        name = f"data_batch_{k + 1}.bin" if k < 5 else "test_batch.bin"
        records = [
            bytes([label]) + image.tobytes()
            for label, image in zip(labels[k], images[k], strict=True)
        ]
        (folder / name).write_bytes(b"".join(records))
    return labels, images


def test_cifar_is_read_from_its_folder_or_the_one_above(tmp_path, monkeypatch):
    folder = tmp_path / "cifar-10-batches-bin"
    labels, images = cifar(folder)
    monkeypatch.setenv("STEERING_DATA", str(tmp_path))
    for data in (learning.load_cifar10(), learning.load_cifar10(folder)):
        np.testing.assert_array_equal(data.y, labels[:5].ravel())
        np.testing.assert_array_equal(data.y_test, labels[5])
        np.testing.assert_allclose(data.X, images[:5].reshape(20, 3072) / 255, rtol=1e-6)
        np.testing.assert_allclose(data.X_test, images[5].reshape(4, 3072) / 255, rtol=1e-6)
    monkeypatch.delenv("STEERING_DATA")
    with pytest.raises(ValueError, match="STEERING_DATA be set"):
        learning.load_cifar10()
    test = folder / "test_batch.bin"
    for content, named in (
        (b"\x0a" + bytes(3072), "labels 0 to 9, got 10"),
        (bytes(3000), "records of 3073 bytes, got 3000 bytes in test_batch.bin"),
        (b"", "got 0 bytes"),
    ):
        test.write_bytes(content)
        with pytest.raises(ValueError, match=f"path must have .*{named}"):
            learning.load_cifar10(folder)
    test.unlink()
    with pytest.raises(ValueError, match=r"no test_batch\.bin"):
        learning.load_cifar10(folder)
