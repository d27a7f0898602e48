"""A whole step of Runge and Kutta in one kernel: its four stages find their arrays once.

Between stages nothing else happens to a free trajectory, and in a small network looking up where
everything is takes as long as the right-hand side.
"""

from collections.abc import Iterable

from contrastive_ode.engine.places import Place

ARGUMENTS = ["_t", "_start", "_stages", "_slopes", "_net"]
BEFORE = """
    _h, _step, _began = _t, _net[{step}], np.int64(_net[{began}]).view(np.float64)
    _size, _length = np.uint64({states}) * _N, {states} * _nodes
    _start = states(_start_at, _length)
    _forced = integers(_net[{forced}], _net[{forces}])
    _force = float_table(_net[{force}], 1, _net[{forces}])
    _imposed = integers(_net[{imposed}], _net[{impositions}])
    _values = float_table(_net[{values}], 1, _net[{impositions}])
    _K0 = states(_slopes_at, _length)
    _K1 = states(_slopes_at + 8 * WORDS * _length, _length)
    _K2 = states(_slopes_at + 16 * WORDS * _length, _length)
    _K3 = states(_slopes_at + 24 * WORDS * _length, _length)
    for _stage in range(4):
        _half = 2 * _step + (_stage + 1) // 2
        _x = states(_stages_at + 8 * WORDS * _length * _stage, _length)
        _out = states(_slopes_at + 8 * WORDS * _length * _stage, _length)
        if _stage == 0:
            for _m in range(_size):
                _x[_m] = _start[_m]
        else:
            _before = states(_slopes_at + 8 * WORDS * _length * (_stage - 1), _length)
            _factor = (1.0 if _stage == 3 else 0.5) * _h
            for _m in range(_size):
                _x[_m] = _start[_m] + _factor * _before[_m]
        for _p in range(len(_imposed)):
            _x[_imposed[_p]] = _values[_half, _p]
        _t = _began + 0.5 * _h * _half"""
AFTER = """
        for _p in range(len(_forced)):
            _out[_forced[_p]] += _force[_half, _p]
        for _p in range(len(_imposed)):
            _out[_imposed[_p]] = 0.0
    for _m in range(_size):
        _start[_m] += (_h / 6) * (_K0[_m] + 2 * _K1[_m] + 2 * _K2[_m] + _K3[_m])
    for _p in range(len(_imposed)):
        _start[_imposed[_p]] = _values[2 * _step + 2, _p]
"""


def whole_step(states: int, head: list[str], body: list[str]) -> Iterable[str]:
    """Write the kernel from the first lines of the right-hand side's, and from its other lines."""
    places = {name: int(place) for name, place in Place.__members__.items()}
    yield from head
    yield BEFORE.strip("\n").format(states=states, **places)
    for line in "\n".join(body).split("\n"):
        yield f"    {line}"
    yield AFTER.strip("\n")
    yield ""
