"""The integrator for systems whose nodes reset; its text takes the place of that of the engine.

A step in which nodes fire is cut at the times when they do: each piece is a Runge-Kutta step of its
own, and its length is such that the threshold is met at its end, to rounding. Between the half
steps, what is given in time is on the parabola through those of the step. So the whole is of the
fourth order, and a function of the parameters that has derivatives, wherever no node grazes its
threshold and no two fire at once. The costs, and the rule, are trapezoid sums over the pieces, with
the limits from inside at both ends.

Derivatives go along with the cuts, fractions of the step: those of a state at the end of a piece
are by what came before and by the length of the piece, which the threshold ties to them. `tangent`
and `adjoint` so have the factor of saltation of the integrator itself, not that of the equations.
"""
