"""The role of each of a community's files, by its headings. Runs without Odoo."""

from collections.abc import Callable, Collection, Iterable, Mapping

from .content import SourceFile, Unreadable
from .reading import headings

# What each role's file cannot be without, as ``tables.key`` writes headings: a column
# by its name, or by the names that it may have.
Layout = Mapping[str, Collection[str | tuple[str, ...]]]


def files_by_role(
    files: Iterable[SourceFile], role_of: Callable[[SourceFile], str]
) -> dict[str, SourceFile]:
    """Return the file of each role.

    :param role_of: returns what a file is, empty where it is nothing known
    :raise Unreadable: code ``twice``, where two files have one role
    """
    found: dict[str, SourceFile] = {}
    for file in files:
        role = role_of(file)
        if role in found:
            raise Unreadable(
                "twice",
                f"{found[role].name} and {file.name} are both {role}. Give one.",
            )
        if role:
            found[role] = file
    return found


def roles_of(
    files: Iterable[SourceFile],
    layout: Layout,
    without: Mapping[str, Iterable[str]] | None = None,
) -> dict[str, SourceFile]:
    """Return the file of each role, by its headings.

    Of the roles that fit a file, that with most columns counts.

    :param without: headings that a role's file does not have
    :raise Unreadable: code ``twice``, where two files have one role
    """
    unwanted = without or {}

    def role_of(file: SourceFile) -> str:
        names = set(headings(file))
        fitting = [
            role
            for role, columns in layout.items()
            if all(_has(names, column) for column in columns)
            and not names.intersection(unwanted.get(role, ()))
        ]
        return max(fitting, key=lambda role: len(layout[role]), default="")

    return files_by_role(files, role_of)


def _has(names: set[str], column: str | tuple[str, ...]) -> bool:
    if isinstance(column, str):
        return column in names
    return not names.isdisjoint(column)


def assign(roles: Mapping[str, SourceFile], needed: Iterable[str] = ()) -> None:
    """Set the role of each file.

    :param needed: roles without which nothing is read
    :raise Unreadable: the role's name, where its file is missing
    """
    for role in needed:
        if role not in roles:
            raise Unreadable(role, f"The file of the {role} is missing.")
    for role, file in roles.items():
        file.role = role
