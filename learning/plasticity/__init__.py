"""What a batch changes in the couplings: steps of a rule, at the state that was reached.

- `steps`: `Steps`, what the rules share: rates, decay, and couplings that move along
  `pre` times `post`; and `accumulate`, the one product behind all of them.
- `margin`: a perceptron with margin in every unit (`Rule`); `error`: units in a window follow the
  error that the readout sends back (`ErrorRule`).
- `senders`: the running means that the covariance rule subtracts; `tied`: feedback tied to the
  readout.
"""
