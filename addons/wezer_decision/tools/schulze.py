"""The Schulze method: each option against each other one, and the strongest paths.

An option that is not ranked comes behind all ranked ones. A path is as strong as its
weakest step; a step is as strong as the number of voters who prefer its winner.
"""

from collections.abc import Sequence

from . import ballots

try:
    import numpy as np
except ImportError:  # the counts are the same, only a million different ballots wait
    np = None  # type: ignore[assignment]

# From so many different ballots, or options, on arrays are faster than loops.
MANY = 2_000
MANY_OPTIONS = 40
# Bits for the voters of each pair of options.
WIDTH = 64


def pairwise(tallies: dict[str, int], n: int) -> list[list[int]]:
    """Return how many voters prefer option i to option j, for each i and j."""
    groups = [(ballots.ranks(text, n), times) for text, times in tallies.items()]
    if np is not None and len(groups) > MANY:
        return _pairwise_of_many(groups, n)
    # The voters of an option against all others are one long number: an addition for
    # each option of a ballot, where pairs would be hundreds.
    units = [1 << WIDTH * option for option in range(n)]
    everybody, rows = sum(units), [0] * n
    for ranks, times in groups:
        levels: dict[int, list[int]] = {}
        for option, rank in enumerate(ranks):
            if rank:
                levels.setdefault(rank, []).append(option)
        behind = everybody
        for rank in sorted(levels):
            for option in levels[rank]:
                behind -= units[option]
            for option in levels[rank]:
                rows[option] += behind * times
    size = WIDTH // 8
    return [
        [
            int.from_bytes(data[place : place + size], "little")
            for place in range(0, n * size, size)
        ]
        for data in (row.to_bytes(n * size, "little") for row in rows)
    ]


def _pairwise_of_many(
    groups: list[tuple[tuple[int, ...], int]], n: int
) -> list[list[int]]:
    """Return the same from arrays."""
    ranks = np.array([ranks for ranks, _times in groups], dtype=np.int32)
    ranks[ranks == 0] = np.iinfo(np.int32).max
    columns = np.ascontiguousarray(ranks.T)
    times = np.array([times for _ranks, times in groups], dtype=np.int64)
    return [
        [int(times[better < other].sum()) for other in columns] for better in columns
    ]


def strongest_paths(matrix: Sequence[Sequence[int]]) -> list[list[int]]:
    """Return the strength of the strongest path from each option to each other one."""
    n = len(matrix)
    if np is not None and n > MANY_OPTIONS:
        return _paths_of_many(matrix)
    paths = [
        [matrix[i][j] if matrix[i][j] > matrix[j][i] else 0 for j in range(n)]
        for i in range(n)
    ]
    for k in range(n):
        through = paths[k]
        for i in range(n):
            first = paths[i][k]
            if not first or i == k:
                continue
            paths[i] = [
                max(direct, min(first, second))
                for direct, second in zip(paths[i], through, strict=True)
            ]
            paths[i][i] = 0
    return paths


def _paths_of_many(matrix: Sequence[Sequence[int]]) -> list[list[int]]:
    """Return the same from arrays."""
    voters = np.array(matrix, dtype=np.int64)
    paths = np.where(voters > voters.T, voters, 0)
    for k in range(len(matrix)):
        np.maximum(paths, np.minimum(paths[:, k, None], paths[k]), out=paths)
    np.fill_diagonal(paths, 0)
    return paths.tolist()


def order(paths: Sequence[Sequence[int]], options: Sequence[int]) -> list[list[int]]:
    """Return options (from 0), the best first; those that are level stand together.

    The best are those that no other option beats by paths; then the best of the rest.
    """
    rest = list(options)
    groups = []
    while rest:
        best = [i for i in rest if all(paths[j][i] <= paths[i][j] for j in rest)]
        groups.append(best)
        rest = [i for i in rest if i not in best]
    return groups


def count(
    tallies: dict[str, int],
    n: int,
    withdrawn: Sequence[int] = (),
    none_option: int | None = None,
) -> dict:
    """Count rankings.

    :param withdrawn: options (from 0) that are left out
    :param none_option: the option (from 0) "none of these"; what more voters do not
        prefer to it than it to them drops out, and stands behind it in the order
    :return: ``matrix``, ``paths``, ``order`` (groups of options from 0), ``dropped``
    """
    matrix = pairwise(tallies, n)
    standing = [option for option in range(n) if option not in set(withdrawn)]
    dropped = []
    if none_option is not None and none_option in standing:
        dropped = [
            option
            for option in standing
            if option != none_option
            and matrix[option][none_option] <= matrix[none_option][option]
        ]
    groups = []
    paths = [[0] * n for _option in range(n)]
    for part in ([o for o in standing if o not in dropped], dropped):
        inner = strongest_paths([[matrix[i][j] for j in part] for i in part])
        groups += [[part[i] for i in group] for group in order(inner, range(len(part)))]
        for i, row in zip(part, inner, strict=True):
            for j, strength in zip(part, row, strict=True):
                paths[i][j] = strength
    return {"matrix": matrix, "paths": paths, "order": groups, "dropped": dropped}
