"""The numbers of a figure as tables that a person can read: one for all that share their axes."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

from figures import catalogue
from figures.gallery.described import describe, of_axis

if TYPE_CHECKING:
    import pandas  # type: ignore[import-untyped]
    import xarray

SAID = ("long_name", "units", "description")


def tables(name: str, data: "xarray.Dataset | None" = None) -> "dict[str, pandas.DataFrame]":
    """Return the numbers of a figure, a table for all variables that share their axes.

    `Dataset.to_dataframe` would make one table with a row for each point of the product of all
    axes, 10,098,000 for the figure `relaxation`; these have as many as there are numbers.

    Parameters
    ----------
    name
        One of `figures.catalogue.names()`.
    data
        What its module computed; by default what is stored with the package.

    Returns
    -------
    Tables by the names of their axes with dots between them, as in `"N.J_D"`; the one named `""`
    has the numbers without axes. A table has a row for each point at which something was
    computed, and as columns the axes, other coordinates, and the variables. Its `attrs` say of
    each column `long_name`, `units` and `description`.

    Raises
    ------
    TypeError, ValueError
        If there is no such figure, nothing is stored for it, or a variable has no description.

    Examples
    --------
    >>> from figures.gallery import tables
    >>> one = tables("relaxation")["N.J_D"]
    >>> list(one)
    ['N', 'J_D', 'settled', 'initial', 'initial_z']
    >>> one.attrs["settled"]["long_name"]
    'number of networks that settled'
    """
    found = describe(name, _given(name, data))
    alike: dict[frozenset[str], list[str]] = {}
    for variable, values in found.variables.items():
        alone = not values.ndim and variable in found.coords
        if variable in found.data_vars or alone:
            alike.setdefault(frozenset(map(str, values.dims)), []).append(str(variable))
    made = {}
    for variables in alike.values():
        axes = list(map(str, found[variables[0]].dims))
        made[".".join(axes)] = _table(name, found, axes, variables)
    return made


def to_dataframe(
    name: str, variable: str, data: "xarray.Dataset | None" = None
) -> "pandas.DataFrame":
    """Return the table of a figure in which a variable stands, see `tables`.

    Raises
    ------
    TypeError, ValueError
        As `tables`, and if the figure has no such variable.
    """
    from foundation import domains

    every = tables(name, data)
    known = {column: axes for axes, table in every.items() for column in _variables(axes, table)}
    return every[known[domains.choice("variable", variable, tuple(known))]]


def columns(made: "Mapping[str, pandas.DataFrame]") -> "pandas.DataFrame":
    """Return what each column of some tables is, in a table."""
    import pandas

    rows = [
        (title, column, *(words[key] for key in SAID))
        for title, table in made.items()
        for column, words in table.attrs.items()
    ]
    return pandas.DataFrame(rows, columns=["table", "column", *SAID])


def _table(
    name: str, data: "xarray.Dataset", axes: list[str], variables: list[str]
) -> "pandas.DataFrame":
    """Return the variables over these axes, which are all of theirs."""
    part = data[variables]
    others = [str(key) for key, values in part.coords.items() if values.ndim and key not in axes]
    if axes:
        table = part.drop_attrs().to_dataframe(dim_order=axes).reset_index()
        table = table.dropna(how="all", subset=variables)[[*axes, *others, *variables]]
    else:
        table = part.drop_attrs().reset_coords().expand_dims("row").to_dataframe()[variables]
    table.attrs = {}
    for column in table:
        if column in part.variables:
            table.attrs[column] = {key: part[column].attrs[key] for key in SAID}
        else:
            said = of_axis(name, column)
            values = (said.long_name, said.units, said.description)
            table.attrs[column] = dict(zip(SAID, values, strict=True))
    return table


def _variables(axes: str, table: "pandas.DataFrame") -> list[str]:
    return [column for column in table if column not in axes.split(".")]


def _given(name: str, data: "xarray.Dataset | None") -> "xarray.Dataset":
    from figures.gallery import stored  # which `python -m` runs too, as a module of its own

    return stored.load(catalogue.figure(name)) if data is None else data
