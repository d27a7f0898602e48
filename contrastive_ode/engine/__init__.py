"""The integrator: text that is compiled once for a cost, and calls the kernels of any system.

Their addresses, and those of what they use, stand in the block of a network (`places`): so the
first use of a system compiles the kernels that it needs, and nothing else. For systems with
events, and many examples at once, the text is appended to the kernels, and both compile as one.

Everything is fixed-step Runge-Kutta of fourth order. What is given in time (forces, imposed values,
targets, weights) is sampled at half steps, so that every stage finds its own value: the stages of
step n are at the half steps 2n, 2n + 1, 2n + 1, 2n + 2.

The functions take the tuples of `arguments`; `grads` holds one array a parameter, to which they
add. They return an `End`. They allocate nothing: the memory that they need is a `Workspace`, and a
`Tape` for the adjoint. So numba need not count references, which took longer than the arithmetic.
"""
