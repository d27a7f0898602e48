"""The learner on average: a population of units that share what they tell each other of an input.

- `input_overlaps`: what of the inputs enters: means of clusters, and the spectrum around them.
- `units`: couplings of the population, the fields that they make, and what a relaxation does to
  the threshold of a unit.
- `closures`: averages over inputs, with the recurrent field at rest or sweep by sweep.
- `motion`: how couplings move; `population`: the whole course; `collapse`: where states merge.
"""
