"""One compiled step: a batch relaxes in one layer and learns, in arrays of units by samples.

The numbers of a unit in all samples of a batch are one row, so that a coupling acts on them as one
vector; couplings are stored by receiver while they learn. Whatever is added are few columns (units
that flipped) or few rows (units that want something). All sizes are padded by units, samples and
classes that stay at zero.

- `limits`: what this engine cannot do. `layout`: couplings by receiver, and back.
- `emitter`: vectors in the language of LLVM; `tiles`, `products`: what is made of them.
- `choices`, `terms`: a rule and its numbers; `plan`: the sweeps; `room`: the arrays of a batch.
- `readout`, `settling`, `wanting`, `moving`: where units arrive, what they want, how couplings
  follow; `passes`: decay and averages; `step`: one after the other.
  `training`: what a learner uses.
"""
