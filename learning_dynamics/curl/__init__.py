"""Plasticity of both signs, which descends no loss: when it is stable, and where it leads."""
