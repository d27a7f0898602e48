"""What steered networks are compared with."""
