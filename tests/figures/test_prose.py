"""Captions become HTML: variables, indices, links, and no tags of their own."""

from figures.gallery.prose import prose


def test_variables():
    J_D = "<var>J</var><sub><var>D</var></sub>"
    assert prose("at J_D < 1, I see S_int") == f"at {J_D} &lt; 1, I see <var>S</var><sub>int</sub>"
    assert prose("W_in, J_ij") == (
        "<var>W</var><sub>in</sub>, <var>J</var><sub><var>ij</var></sub>"
    )
    assert prose("a G2 of N's, e.g. T = 5.") == (
        "a G2 of <var>N</var>&#x27;s, e.g. <var>T</var> = 5."
    )
    assert prose('settle_layers "J_D"') == f"settle_layers &quot;{J_D}&quot;"
    assert prose("as N^(-1/2)") == "as <var>N</var><sup>-1/2</sup>"
    assert prose("q₁ of S(d), H_0") == (
        "<var>q</var>₁ of <var>S</var>(<var>d</var>), <var>H</var><sub>0</sub>"
    )


def test_links():
    assert prose("(arXiv:2510.11984)") == (
        '(<a href="https://arxiv.org/abs/2510.11984">arXiv:2510.11984</a>)'
    )
    names = ("overlap_gap", "persistence")
    link = '<a href="#persistence">persistence</a>'
    assert prose("of persistence (figure persistence)", names) == f"of persistence (figure {link})"
    assert prose("persistence", names) == link
    assert prose("overlap_gap, pair_distances", names) == (
        '<a href="#overlap_gap">overlap_gap</a>, pair_distances'
    )
