"""What couplings of 0 can learn: those into an output, and nothing where all phases are equal."""

import numpy as np
import pytest

import contrastive_ode as ode
from contrastive_ode import systems

RING = ode.graph(6, [(i, (i + 1) % 6) for i in range(6)])


def trained(start, outputs, omega=0.0, rule="forward", imposed=None):
    model = systems.kuramoto.on(RING, omega=omega)
    task = ode.Task(start, outputs, 3.0, 0.1, target=np.sin, imposed=imposed)
    training = ode.train(model, task, model.pack(K=0.0), rate=0.5, iterations=20, rule=rule)
    return model.topology.edges[training.last != 0]


@pytest.mark.parametrize("rule", ["forward", "tangent", "clamp"])
def test_allostery_from_zero_changes_nothing_but_the_couplings_into_the_output(rule):
    start = np.random.default_rng(1).uniform(-1, 1, 6)
    changed = trained(start, [3], rule=rule, imposed={0: np.sin})
    assert changed.tolist() == [[3, 2], [3, 4]]


def test_the_exact_gradient_leaves_zero_where_phases_differ():
    start = np.random.default_rng(1).uniform(-1, 1, 6)
    changed = trained(start, [3], rule="descent", imposed={0: np.sin})
    assert len(changed) > 2


@pytest.mark.parametrize("rule", ["forward", "descent"])
def test_with_equal_phases_nothing_changes_at_all(rule):
    """Neighbours of the output and the output stand still at one phase."""
    assert not len(trained(np.zeros(6), [3], rule=rule, imposed={0: np.sin}))


def test_synchronisation_from_zero_is_dead_for_equal_oscillators_alone():
    """Where all oscillators are outputs, every coupling goes into one."""
    start = np.random.default_rng(1).uniform(-1, 1, 6)
    assert len(trained(start, range(6))) == 12
    assert len(trained(np.zeros(6), range(6), omega=0.1 * np.arange(6))) == 12
    assert not len(trained(np.zeros(6), range(6)))
