"""Message passing refuses networks with stored patterns, also where no symmetry gives them away."""

import pytest

import bp
import networks


@pytest.mark.parametrize("solve", [bp.focusing, bp.belief_propagation, bp.protocol])
@pytest.mark.parametrize(
    "ensemble",
    [
        networks.Hebbian(40, 3),
        networks.Hebbian(200, 3, dilution=0.02, symmetric=False),
        networks.PseudoInverse(40, 3),
        networks.Perceptron(40, 3),
    ],
    ids=repr,
)
def test_stored_patterns_are_refused(solve, ensemble):
    with pytest.raises(ValueError, match=r"^network must have independent couplings, got one with"):
        solve(ensemble.sample(rng=1))
