"""What is told of the people in any system's files. Runs without Odoo."""

from .content import Content, Person, SourceFile
from .reading import has_lost_letters, is_email, is_number
from .telling import Telling


def tell_people(
    content: Content, tell: Telling, file: SourceFile | None = None
) -> None:
    """Tell of missing, wrong and shared addresses, equal names, and shared accounts.

    :param SourceFile file: that names the people, where it is told with the problem
    """
    file = file or next((one for one in content.files if one.role == "users"), None)
    by_email: dict[str, list[str]] = {}
    by_name: dict[str, list[str]] = {}
    for code, account in content.accounts.items():
        people = [content.people[key] for key in account.people]
        if len(people) > 1:
            tell("several_people", file, (code,))
        for person in people:
            if has_lost_letters(person.name):
                tell("letters_lost", file, (code,), member=person.name)
            _tell_address(person, code, tell, file)
            if is_email(person.email):
                codes = by_email.setdefault(person.email.casefold(), [])
                if code not in codes:
                    codes.append(code)
            name = " ".join(person.name.casefold().split())
            if name and code not in by_name.setdefault(name, []):
                by_name[name].append(code)
    for codes in by_email.values():
        if len(codes) > 1:
            tell("email_twice", file, tuple(sorted(codes, key=_numbers_first)))
    for codes in by_name.values():
        if len(codes) > 1:
            tell("name_twice", file, tuple(sorted(codes, key=_numbers_first)))


def _tell_address(
    person: Person, code: str, tell: Telling, file: SourceFile | None
) -> None:
    if not person.email:
        tell("no_email", file, (code,))
    elif not is_email(person.email):
        tell("bad_email", file, (code,))


def _numbers_first(code: str) -> tuple[int, str]:
    return (int(code), "") if is_number(code) else (1 << 62, code)
