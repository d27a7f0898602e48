"""Looking for one fixed point.

Focusing and reinforcement, their protocols, and the repair at the end.
"""
