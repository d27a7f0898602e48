"""What a network controls, and the loop that it closes: loss, gradient and spectrum by overlaps."""
