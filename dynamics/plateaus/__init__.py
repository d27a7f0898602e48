"""Where the activity of infinitely many neurons, in one layer or two, dies."""
