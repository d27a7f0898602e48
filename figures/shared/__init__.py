"""What figures of several chapters need: samples of counts, fractions."""
