"""Lines and markers that differ without their colours: in grey, and to the colour-blind."""

DASHES = (  # of lines, in the order of the colours C0, C1, ...
    "-",
    (0, (5, 1.5)),
    (0, (1, 1)),
    (0, (5, 1.2, 1, 1.2)),
    (0, (9, 1.5)),
    (0, (3, 1, 1, 1, 1, 1)),
    (0, (2, 2)),
)
MARKERS = "os^Dv<>"  # of points, in the same order
