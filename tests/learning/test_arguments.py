"""Arguments outside their domain are named, before any work is done."""

from dataclasses import replace

import numpy as np
import pytest
from sklearn.exceptions import NotFittedError

import learning

X = np.random.default_rng(1).choice([-1.0, 1.0], size=(40, 6))
Y = np.arange(40) % 3
CHAIN = learning.recipe(lam=2.0)
LEARNER = learning.Learner.draw(6, 10, 3, 1, learning.recipe(), rng=1)
TWO_LAYERS = learning.Learner.draw(6, 10, 3, 2, CHAIN, rng=1)


def fit(X=X, y=Y, **parameters):
    return learning.SteeredClassifier(**{"H": 10, "epochs": 1, **parameters}).fit(X, y)


def associate(X=X, Y=X, **parameters):
    return learning.HeteroAssociator(**{"epochs": 1, **parameters}).fit(X, Y)


def of(trained, method):
    """Return a method of a network that is trained when it is asked, not when tests are found."""
    return lambda *positional, **given: getattr(trained(), method)(*positional, **given)


def nan():
    bad = X.copy()
    bad[3, 2] = np.nan
    return bad


def case(named, function, *positional, error=ValueError, **arguments):
    return pytest.param(function, positional, arguments, error, named, id=named)


@pytest.mark.parametrize(
    ("function", "positional", "arguments", "error", "named"),
    [
        case("one class", fit, y=np.zeros(40)),
        case("continuous", fit, y=np.linspace(0, 1, 40)),
        case("NaN", fit, nan()),
        case("inconsistent numbers", fit, y=Y[:-1]),
        case("batch", fit, batch=41),
        case("batch", fit, batch=0),
        case("recipe", fit, recipe="G3"),
        case("recipe", fit, recipe=3, error=TypeError),
        case("J_D", fit, J_D=-0.1),
        case("lam", fit, lam=-0.1),
        case("H", fit, H=0),
        case("H", fit, H=2.5, error=TypeError),
        case("L", fit, L=0),
        case("epochs", fit, epochs=0),
        case("cooling", fit, cooling=0.0),
        case("cooling", fit, cooling=1.5),
        case("patience", fit, patience=2),
        case("patience", fit, patience=0, validation_fraction=0.5),
        case("validation_fraction", fit, validation_fraction=1.0),
        case("warm_start", fit, warm_start=1, error=TypeError),
        case("random_state", fit, random_state="a", error=TypeError),
        case("random_state", fit, random_state=-1),
        case("input_to", fit, recipe=learning.recipe("G1"), H=5),
        case("k must", learning.recipe, "G2", k=-1.0),
        case("kappa_out", learning.recipe, "G2", kappa_out=-1.0),
        case("no parameter 'gain'", learning.recipe, "G2", gain=1.0),
        case("sweeps", learning.recipe, "G2", sweeps=0),
        case("warm_up", learning.recipe, "G2", warm_up=6),
        case("p_update", learning.recipe, "G2", p_update=0.0),
        case("p_update", learning.recipe, "G2", p_update=1.1),
        case("kept", learning.recipe, "G2", kept=0.0),
        case("beta", learning.recipe, "G2", beta=0.0),
        case("symmetry", learning.recipe, "G2", symmetry="sym1"),
        case("feedback_scale", learning.recipe, "G2", feedback_scale=(1.0, 2.0, 3.0)),
        case("double", learning.recipe, "G2", double=1, error=TypeError),
        case("strengths", learning.Recipe, 3, error=TypeError),
        case("lam_b must", learning.recipe, "G2", feedback="normalised", lam_b=0.0),
        case("lam_f must", learning.recipe, "G2", feedback="tied", lam_f=0.0),
        case("lam_in", learning.recipe, "G2", lam_in=1e7),
        case("lr_W", learning.recipe, "G2", lr_W=1e7),
        case("feedback_scale", learning.recipe, "G2", feedback_scale=(1e7, -1.0)),
        case("wd_W must be at most", fit, recipe=learning.recipe("G2", wd_W=40.0)),
        case("wd_in must be at most", fit, recipe=learning.recipe("G2", wd_in=20.0)),
        case("wd_J must be at most", fit, recipe=learning.recipe("G2", wd_J=700.0)),
        case("start='input' needs H >= N", fit, H=5, recipe=learning.recipe("G2", start="input")),
        case(r"sweeps must be at least L \+ 2 = 6", fit, L=4),
        case("X must", fit, 1e10 * X),
        case("validation_fraction", fit, validation_fraction=0.001, patience=2),
        case("classes must be a list", of(fit, "partial_fit"), X, Y, classes=[[0, 1, 2]]),
        case("classes must be finite", of(fit, "partial_fit"), X, Y, classes=[0, 1, np.nan]),
        case("classes must be a list", of(fit, "partial_fit"), X, Y, classes=[[0], [1, 2]]),
        case("one kind", of(fit, "partial_fit"), X, Y, classes=[None, 0, 1], error=TypeError),
        case("H must stay 10", of(lambda: fit().set_params(H=20), "partial_fit"), X, Y),
        case(
            "L must stay 1",
            of(lambda: fit(warm_start=True, recipe=CHAIN).set_params(L=2), "fit"),
            X,
            Y,
        ),
        case(
            "J_D must stay 0.5", of(lambda: fit(warm_start=True).set_params(J_D=0.9), "fit"), X, Y
        ),
        case("classes", of(fit, "partial_fit"), X, Y, classes=[0, 1]),
        case("y must be among", of(fit, "partial_fit"), X, Y + 1),
        case("5 features", of(fit, "predict"), X[:, :5]),
        case("X must", learning.trajectory, LEARNER, X[:, :5]),
        case("labels", learning.trajectory, LEARNER, X, Y + 1),
        case("labels", learning.trajectory, LEARNER, X, Y + 0.5, error=TypeError),
        case("learner", learning.trajectory, learning.SteeredClassifier(), X, error=TypeError),
        case("learner", learning.equilibration, None, X, error=TypeError),
        case("X must", learning.fixed_point_fraction, LEARNER, X[:0]),
        case("X must", learning.trajectory, LEARNER, nan()),
        case("phases", learning.trajectory, LEARNER, X, Y, phases=3, error=TypeError),
        case("phases", learning.trajectory, LEARNER, X, Y, phases=[]),
        case("phases", learning.trajectory, LEARNER, X, Y, phases=[("FULL", 2)]),
        case("phases", learning.trajectory, LEARNER, X, phases=[(learning.Mode.FULL, -1)]),
        case("validation_fraction", fit, validation_fraction=0.999),
        case("batch", LEARNER.epoch, X, Y, 41),
        case("batch", LEARNER.epoch, X, Y, 0),
        case("labels", LEARNER.epoch, X, Y + 1),
        case("labels", LEARNER.epoch, X, Y - 1),
        case("X must", LEARNER.epoch, X[:, :5], Y),
        case("X must", LEARNER.logits, X[:, :5]),
        case("pace", LEARNER.epoch, X, Y, 16, np.nan),
        case("C must", learning.Learner.draw, 6, 5, 1, 1, learning.recipe("G2")),
        case("recipe", learning.Learner.draw, 6, 5, 3, 1, "G2", error=TypeError),
        case("engine", learning.Learner.draw, 6, 5, 3, 1, learning.recipe("G2"), engine="plain"),
        case("states", learning.similarity, X[0]),
        case("a must", learning.overlaps, np.zeros((3, 0)), X),
        case("J must", learning.symmetricity, np.zeros((3, 3))),
        case(
            "labels",
            learning.trajectory,
            LEARNER,
            X,
            phases=[(learning.Mode.FULL, 2)],
        ),
        case("learner", learning.equilibration, TWO_LAYERS, X),
        case("max_sweeps", learning.equilibration, LEARNER, X, max_sweeps=0),
        case("J must", learning.symmetricity, X),
        case("b must", learning.overlaps, X, X[:, :3]),
        case("b must", learning.overlaps, X, X[:5]),
        case("J must", learning.symmetricity, np.stack([np.eye(3), np.zeros((3, 3))])),
        case("n_components", learning.EntangledProjection(0).fit, X),
        case("n_components", learning.PatchProjection(0).fit, X),
        case("size", learning.PatchProjection(size=0).fit, X),
        case("step", learning.PatchProjection(step=0).fit, X),
        case("shape must", learning.PatchProjection(shape=(2, 2)).fit, X),
        case("shape must", learning.PatchProjection(shape=6).fit, X),
        case("shape must", learning.PatchProjection(shape="6").fit, X, error=TypeError),
        case("X must", learning.PatchProjection(3).fit(X).transform, 1e10 * X),
        case("levels", learning.Thermometer(0).fit, X),
        case("levels", learning.Thermometer([]).fit, X),
        case("levels must increase", learning.Thermometer([1.0, 0.5]).fit, X),
        case("levels must increase", learning.Thermometer([1.0, 1.0]).fit, X),
        case("levels", learning.Thermometer([np.nan]).fit, X),
        case("levels", learning.Thermometer("all").fit, X, error=TypeError),
        case("X must", learning.Thermometer().fit(X).transform, 1e10 * X),
        case("beta", learning.BinarisedMLP(beta=0.0).fit, X, Y),
        case("batch", learning.BinarisedMLP(batch=41).fit, X, Y),
        case("batch", learning.BinarisedMLP(batch=0).fit, X, Y),
        case("rate", learning.BinarisedMLP(rate=1.1).fit, X, Y),
        case("decay", learning.BinarisedMLP(decay=-0.1).fit, X, Y),
        case("X must", learning.BinarisedMLP().fit, 1e10 * X, Y),
        case("X must", learning.EntangledProjection(3).fit(X).transform, 1e10 * X),
        case("one class", learning.BinarisedMLP().fit, X, 0 * Y),
        case("path", learning.load_mnist, "/nowhere"),
        case("path", learning.load_mnist, 3, error=TypeError),
        case("path", learning.load_fashion_mnist, "/nowhere"),
        case("path", learning.load_animals, "/nowhere"),
        case("path", learning.load_animals, __file__),
        case("test must", learning.load_animals, "/nowhere", 0),
        case("path", learning.load_cifar10, "/nowhere"),
        case("path", learning.load_cifar10, 3, error=TypeError),
        case("path", learning.load_arrays, "/nowhere"),
        case("path", learning.load_arrays, __file__),
        case("path", learning.load_arrays, None, error=TypeError),
        case("path", learning.SteeredClassifier.load, None, error=TypeError),
        case("path", of(fit, "save"), 3.5, error=TypeError),
        case("path", of(fit, "save"), ""),
        case("N must", learning.recipe().check, 0, 10, 1),
        case("H must", learning.recipe().check, 10, 2.5, 1, error=TypeError),
        case("L must", learning.recipe().check, 10, 10, None, error=TypeError),
        case("L must", learning.Schedule().training, 0),
        case("path", learning.load_mnist, __file__),
        case("test must", learning.load_digits, 1797),
        case("flipped", learning.prototypes, flipped=0.6),
        case("probability", learning.flip, X, 1.5),
        case("classes", learning.hidden_manifold, classes=1),
        case("directions", learning.xor, directions=0),
        case("X must have entries", associate, 2 * X),
        case("X must have shape", associate, X[0]),
        case("Y must", associate, Y=X[:3]),
        case("J_D", associate, J_D=-1.0),
        case("k must", associate, k=0.0),
        case("k must", associate, k=-1.0),
        case("protocol", associate, protocol="presets"),
        case("k must", associate, k=1e7),
        case("rate", associate, rate=0.0),
        case("Y must", associate, Y=[[1], [1, -1]], error=TypeError),
        case("Y must have the shape", of(associate, "score"), X, X[:1]),
        case("Y must have the shape", of(associate, "score"), X, X[:, :1]),
        case("p_update", associate, p_update=1.2),
        case("enough", associate, enough=0.0),
        case("L must", associate, L=1),
        case("columns", of(associate, "predict"), X[:, :5]),
        case("L must", learning.capacity, 10, 1),
        case("level", learning.capacity, 10, 2, level=1.1),
        case("level", learning.capacity, 10, 2, level=0.5),  # chance never falls below
        case("level", learning.capacity, 10, 2, level=0.0, score="exact"),
        case("step", learning.capacity, 10, 2, step=1e300),
        case("protocol", learning.capacity, 10, 2, protocol="presets"),
        case("score", learning.capacity, 10, 2, score="bits"),
        case("step", learning.capacity, 10, 2, step=0.0),
    ],
)
def test_bad_arguments(function, positional, arguments, error, named):
    with pytest.raises(error, match=named):
        function(*positional, **arguments)


def test_one_feature_is_enough():
    one = np.where(np.arange(40) % 2, 1.0, -1.0)[:, None]
    assert fit(one, (one[:, 0] > 0).astype(int), epochs=30).score(one, one[:, 0] > 0) == 1


@pytest.mark.parametrize(
    ("parameters", "arguments"),
    [
        ({"batch": 41}, {}),
        ({"validation_fraction": 0.5, "batch": 30}, {}),
        ({"L": 4}, {}),
        ({"recipe": learning.recipe("G1"), "H": 5}, {}),
        ({}, {"classes": [0, 1]}),
        ({"batch": 41}, {"classes": [0, 1, 2]}),
    ],
)
def test_a_refused_fit_leaves_no_network_behind(parameters, arguments):
    network = learning.SteeredClassifier(**{"H": 10, "epochs": 1, **parameters})
    with pytest.raises(ValueError, match=r".*"):
        (network.partial_fit if arguments else network.fit)(X, Y, **arguments)
    with pytest.raises(NotFittedError):
        network.predict(X)


@pytest.mark.parametrize(
    "changes",
    [
        {"lam_in": 1e6},
        {"lam_int": 1e6, "J_D": 1e6, "wd_J": 0.0},
        {"lr_J": 1e6, "wd_J": 0.0},
        {"lr_in": 1e6, "lam_in": 1e3},
        {"lr_W": 1e6, "wd_W": 0.0},
        {"k": 1e6, "kappa_out": 1e6},
        {"beta": 1e6},
        {"lam_b": 1e6, "feedback_scale": (1e6, -1e6)},
        {"target_scale": (1e6, -1e6)},
        {"feedback": "learned", "lr_b": 1e6},
        {"bias": 1e6},
    ],
    ids=str,
)
@pytest.mark.filterwarnings("ignore:X has entries of size:UserWarning")
def test_no_allowed_number_makes_fields_infinite(changes):
    network = fit(1e9 * X, epochs=3, recipe=learning.recipe("G2", **changes), random_state=1)
    for name, array in network.learner_.couplings.arrays.items():
        assert np.isfinite(array).all(), name
    assert np.isfinite(network.decision_function(1e9 * X)).all()


@pytest.mark.parametrize(
    ("name", "array"),
    [
        ("J", np.zeros((1, 10, 9))),
        ("J", np.zeros(3)),
        ("J", np.full((1, 10, 10), np.nan)),
        ("W_in", np.zeros((2, 6, 10))),
        ("W_f", np.zeros((1, 9, 3))),
        ("W_b", np.zeros((1, 4, 10))),
        ("forward", np.zeros((1, 10, 10))),
        ("W_io", np.zeros((5, 3))),
        ("bias", np.zeros((1, 9))),
        ("bias", np.full((1, 10), np.inf)),
    ],
)
def test_couplings_have_shapes_that_fit(name, array):
    with pytest.raises(ValueError, match=f"{name} must"):
        replace(LEARNER.couplings, **{name: array.astype(np.float32)})
    with pytest.raises(ValueError, match="of float64"):
        replace(LEARNER.couplings, J=np.zeros((1, 10, 10)))
    with pytest.raises(TypeError, match=f"{name} must be an array"):
        replace(LEARNER.couplings, **{name: None})
    with pytest.raises(ValueError, match="lam must be a finite number >= 0"):
        replace(LEARNER.couplings, lam=np.nan)


DRAWN = learning.Learner.draw(3, 5, 2, 1, learning.recipe(), rng=1)


@pytest.mark.parametrize(
    ("call", "name"),
    [
        (lambda: learning.Learner(None, learning.recipe(), np.random.default_rng(1)), "couplings"),
        (lambda: learning.Learner(DRAWN.couplings, None, np.random.default_rng(1)), "recipe"),
        (lambda: learning.Learner(DRAWN.couplings, learning.recipe(), 3), "rng"),
        (lambda: learning.Learner.draw(3, 5, 2, 4, learning.recipe(), rng=1), "sweeps"),
        (lambda: learning.Learner.draw(0, 5, 2, 1, learning.recipe(), rng=1), "N must"),
        (lambda: replace(DRAWN, epochs=-1), "epochs must"),
        (lambda: DRAWN.states(np.ones(3)), "X"),
        (lambda: DRAWN.states(np.full((2, 3), np.nan)), "X"),
        (lambda: DRAWN.logits(np.full((2, 3), 1e300)), "X"),
        (lambda: DRAWN.score(None, [0]), "X"),
        (lambda: DRAWN.score(np.ones((1, 3)), [2]), "labels .* got 2"),
        (lambda: DRAWN.score(np.ones((1, 3)), [0, 1]), "labels .* got shape"),
        (lambda: DRAWN.epoch(np.ones((2, 3)), [0, 1], batch=3), "batch"),
        (lambda: DRAWN.epoch(np.ones((2, 3)), [0, 1], batch=2, pace=1e300), "pace"),
    ],
)
def test_a_learner_names_what_it_refuses(call, name):
    with pytest.raises((TypeError, ValueError), match=name):
        call()
