"""Arguments outside their domain are named, before any work is done."""

import numpy as np
import pytest

import bp
import networks

NETWORK = networks.Asymmetric(20, 0.5).sample(rng=1)
FOCUS = [(0.3, 3)]


def bad(function, *positional, error=ValueError, **named):
    return pytest.param(function, positional, named, error)


@pytest.mark.parametrize(
    ("function", "positional", "named", "error"),
    [
        bad(bp.focusing, "network", FOCUS, error=TypeError),
        bad(bp.focusing, networks.Asymmetric(200, 0.5, 0.3).sample(rng=1), FOCUS),
        bad(bp.focusing, NETWORK, 3, error=TypeError),
        bad(bp.focusing, NETWORK, [0.3, 3], error=TypeError),
        bad(bp.focusing, NETWORK, []),
        bad(bp.focusing, NETWORK, [(-0.1, 3)]),
        bad(bp.focusing, NETWORK, [(0.1, 0.9)]),
        bad(bp.focusing, NETWORK, [(0.1, lambda overlap: 0.5)]),
        bad(bp.focusing, NETWORK, [(np.inf, 3)]),
        bad(bp.focusing, NETWORK, [("a", 3)], error=TypeError),
        bad(bp.focusing, NETWORK, FOCUS, damping=1.0),
        bad(bp.focusing, NETWORK, FOCUS, damping=-0.1),
        bad(bp.focusing, NETWORK, FOCUS, runs=0),
        bad(bp.focusing, NETWORK, FOCUS, restarts=-1),
        bad(bp.focusing, NETWORK, FOCUS, repair_sweeps=-1),
        bad(bp.focusing, NETWORK, FOCUS, iterations=1.5, error=TypeError),
        bad(bp.focusing, NETWORK, FOCUS, rng="a", error=TypeError),
        bad(bp.focusing, NETWORK, FOCUS, history="no", error=TypeError),
        bad(bp.reinforcement, NETWORK, [1.0]),
        bad(bp.reinforcement, NETWORK, [-0.1]),
        bad(bp.reinforcement, NETWORK, []),
        bad(bp.reinforcement, NETWORK, damping=1),
        bad(bp.belief_propagation, NETWORK, np.ones(19)),
        bad(bp.belief_propagation, NETWORK, np.nan),
        bad(bp.belief_propagation, NETWORK, method="exact"),
        bad(bp.belief_propagation, NETWORK, tolerance=0),
        bad(bp.belief_propagation, NETWORK, max_iterations=0),
        bad(bp.belief_propagation, NETWORK, damping=2),
        bad(bp.belief_propagation, NETWORK, exact_squares="no", error=TypeError),
        bad(bp.belief_propagation, NETWORK, throw=1, error=TypeError),
        bad(bp.local_entropy, NETWORK, np.ones(19), [1]),
        bad(bp.local_entropy, NETWORK, np.zeros(20), [1]),
        bad(bp.local_entropy, NETWORK, np.ones(20), [-1]),
        bad(bp.local_entropy, NETWORK, np.ones(20), [[1]]),
        bad(bp.local_entropy, NETWORK, np.ones(20), []),
        bad(bp.local_entropy, NETWORK, [[1], [1, 1]], [1], error=TypeError),
        bad(bp.local_entropy, NETWORK, np.ones(20), [1], throw="no", error=TypeError),
        bad(bp.scoping, 0),
        bad(bp.scoping, 5, 0.5),
        bad(bp.scoping, 5, 7, (-1, 0.5)),
        bad(bp.scoping, 5, 7, 0.5, error=TypeError),
        bad(bp.scoping, 5, 7, (0.1, 0.2, 0.3), error=TypeError),
        bad(bp.pseudo_reinforcement, 5, 0.5, error=TypeError),
        bad(bp.pseudo_reinforcement, 5, (0.1, 1.0)),
        bad(bp.along_overlap, [0.1], [0.5, 0.2], [3, 4]),
        bad(bp.along_overlap, [0.1], [0.2, 0.5], [3]),
        bad(bp.along_overlap, [0.1], [0.2], [0.5]),
    ],
)
def test_named(function, positional, named, error):
    words = "network|protocol|damping|runs|restarts|repair|iterations|rng|rates|field|method|"
    words += "tolerance|state|steps|y must|gamma|rate|overlaps|exact_squares|throw|history"
    with pytest.raises(error, match=words):
        function(*positional, **named)


@pytest.mark.parametrize("couplings", [np.ones((2, 3)), np.full((2, 2), np.nan)])
def test_networks_refuse_bad_couplings(couplings):
    with pytest.raises(ValueError, match="couplings"):
        networks.Network(couplings, 0.1)
