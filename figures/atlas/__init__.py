"""The atlas: central figures on one page, redrawn by sliders from tables of theory.

`panels` says what each panel shows, `overlays` which stored simulations lie on it, `page` puts both
into one file with `uplot`, the drawing library uPlot (MIT licence, a file of 51 kB; Plotly basic
has 1.2 MB, Vega-Lite with Vega 0.8 MB, for no panel that needs them).
"""
