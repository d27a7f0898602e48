"""Arguments outside their domain are named, before any work is done."""

import numpy as np
import pytest

import learning

X = np.random.default_rng(1).choice([-1.0, 1.0], size=(40, 6))
Y = np.arange(40) % 3
NETWORK = learning.SteeredClassifier(H=10, epochs=1).fit(X, Y)
TWO_LAYERS = learning.SteeredClassifier(H=10, L=2, epochs=1).fit(X, Y)


def fit(X=X, y=Y, **parameters):
    return learning.SteeredClassifier(**{"H": 10, "epochs": 1, **parameters}).fit(X, y)


def associate(X=X, Y=X, **parameters):
    return learning.HeteroAssociator(**{"epochs": 1, **parameters}).fit(X, Y)


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
        case("classes", NETWORK.partial_fit, X, Y, classes=[0, 1]),
        case("y must be among", NETWORK.partial_fit, X, Y + 1),
        case("5 features", NETWORK.predict, X[:, :5]),
        case("X must", learning.trajectory, NETWORK.learner_, X[:, :5]),
        case("labels", learning.trajectory, NETWORK.learner_, X, Y + 1),
        case("labels", learning.trajectory, NETWORK.learner_, X, Y + 0.5, error=TypeError),
        case("learner", learning.trajectory, NETWORK, X, error=TypeError),
        case("learner", learning.equilibration, None, X, error=TypeError),
        case("X must", learning.fixed_point_fraction, NETWORK.learner_, X[:0]),
        case("X must", learning.trajectory, NETWORK.learner_, nan()),
        case("phases", learning.trajectory, NETWORK.learner_, X, Y, phases=3, error=TypeError),
        case("phases", learning.trajectory, NETWORK.learner_, X, Y, phases=[]),
        case("phases", learning.trajectory, NETWORK.learner_, X, Y, phases=[("FULL", 2)]),
        case("phases", learning.trajectory, NETWORK.learner_, X, phases=[(learning.Mode.FULL, -1)]),
        case("validation_fraction", fit, validation_fraction=0.999),
        case("batch", NETWORK.learner_.epoch, X, Y, 41),
        case("batch", NETWORK.learner_.epoch, X, Y, 0),
        case("labels", NETWORK.learner_.epoch, X, Y + 1),
        case("labels", NETWORK.learner_.epoch, X, Y - 1),
        case("X must", NETWORK.learner_.epoch, X[:, :5], Y),
        case("X must", NETWORK.learner_.logits, X[:, :5]),
        case("pace", NETWORK.learner_.epoch, X, Y, 16, np.nan),
        case("C must", learning.Learner.draw, 6, 5, 1, 1, learning.recipe("G2"), 1),
        case("recipe", learning.Learner.draw, 6, 5, 3, 1, "G2", 1, error=TypeError),
        case("engine", learning.Learner.draw, 6, 5, 3, 1, learning.recipe("G2"), 1, "plain"),
        case("states", learning.similarity, X[0]),
        case("a must", learning.overlaps, np.zeros((3, 0)), X),
        case("J must", learning.symmetricity, np.zeros((3, 3))),
        case(
            "labels",
            learning.trajectory,
            NETWORK.learner_,
            X,
            phases=[(learning.Mode.FULL, 2)],
        ),
        case("learner", learning.equilibration, TWO_LAYERS.learner_, X),
        case("max_sweeps", learning.equilibration, NETWORK.learner_, X, max_sweeps=0),
        case("J must", learning.symmetricity, X),
        case("b must", learning.overlaps, X, X[:, :3]),
        case("n_components", learning.EntangledProjection(0).fit, X),
        case("beta", learning.BinarisedMLP(beta=0.0).fit, X, Y),
        case("batch", learning.BinarisedMLP(batch=41).fit, X, Y),
        case("one class", learning.BinarisedMLP().fit, X, 0 * Y),
        case("path", learning.load_mnist, "/nowhere"),
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
        case("p_update", associate, p_update=1.2),
        case("enough", associate, enough=0.0),
        case("L must", associate, L=0),
        case("columns", associate().predict, X[:, :5]),
        case("level", learning.capacity, 10, 2, level=1.1),
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
