"""Giving a refused form back: pure HTML, without Odoo.

A refused form is filled again on the page it stands on. The values are put into
the rendered page, so that no template needs to know of it.
"""

import re
from html import escape, unescape
from typing import Any
from urllib.parse import urlsplit

import lxml.html

# Never filled again, never kept: rights, secrets, and what the page itself knows.
OWN_FIELDS = ("csrf_token", "form_token", "form_page")
SECRET = re.compile(r"passw|secret|totp|api_?key", re.IGNORECASE)
# Hidden fields of forms that switch something: once sent, they say the other thing.
SWITCHES = ("refuse", "on")
# Hidden fields that tell which of several forms with one address was sent say so by
# their value; these differ each time a page is shown.
CHANGING = (*OWN_FIELDS, "key", "version", "round", *SWITCHES)
BUTTONS = ("submit", "button", "reset", "image", "file", "password")
CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ufffe\uffff\ud800-\udfff]")
FORM = re.compile(r"<form\b[^>]*>", re.IGNORECASE)
DETAILS = re.compile(r"<details\b[^>]*>|</details\s*>", re.IGNORECASE)
AUTOFOCUS = re.compile(r'\sautofocus(="[^"]*")?(?=[\s/>])')
MESSAGE_ID = "o_wezer_refused_message"
SAVED_ID = "o_wezer_saved"
# Where the refusal names no field, its rule does.
FIELDS_OF_RULES = {
    "ambiguous": ("amount", "quantity"),
    "body": ("body", "text"),
    "daily": ("amount",),
    "deadline": ("date_due", "expiry", "date"),
    "date": ("date", "date_start", "date_due", "expiry", "until"),
    "date_order": ("date_end", "until"),
    "empty": ("body", "text", "note", "reason", "name"),
    "holder": ("profile_id",),
    "length": ("title", "name"),
    "limit": ("amount",),
    "member": ("person_name", "who", "share_who_0"),
    "milestone": ("milestone_percent_0", "milestone_name_0"),
    "note": ("note", "reason", "text"),
    "number": ("quantity", "amount", "places"),
    "place": ("city",),
    "point": ("amount",),
    "share": ("share_who_0",),
    "unit": ("amount",),
    "text": ("text", "body", "note", "reason"),
    "value": (),
    "zero": ("amount",),
}


def typed_values(pairs: Any, most: Any) -> Any:
    """Return the ``pairs`` of a form that may be kept, of ``most`` letters at most.

    :param pairs: names and values, in the order in which they were sent
    :param int most: what is longest is left out where all of it is longer
    """
    kept = [
        [name, value]
        for name, value in pairs
        if name not in OWN_FIELDS and not SECRET.search(name)
    ]
    while kept and sum(len(name) + len(value) for name, value in kept) > most:
        kept.remove(max(kept, key=lambda pair: len(pair[1])))
    return kept


def local_page(address: str) -> str:
    """Return ``address`` where it is a page of this site, else an empty text."""
    address = str(address or "").strip().rstrip("?")
    parts = urlsplit(address) if len(address) < 2000 else urlsplit("")
    if not address.startswith("/") or address.startswith("//"):
        return ""
    if parts.scheme or parts.netloc or "\\" in address or CONTROL.search(address):
        return ""
    return address


def url_codes(env: Any) -> list[str]:
    """Return the codes with which addresses of the languages begin, for path_of()."""
    # sudo: codes of languages are for all; the table is not.
    return env["res.lang"].sudo().search([]).mapped("url_code")


def path_of(address: str, languages: Any = ()) -> str:
    """Return the path of an address, without the language in front of it.

    :param languages: the codes of the site's languages in its addresses
    """
    path = urlsplit(str(address or "")).path
    first, slash, rest = path[1:].partition("/")
    return slash + rest if slash and first in languages else path


def give_back(page: Any, refused: Any, words: Any, name_of_word: Any = None) -> Any:
    """Return ``page`` with the refused form filled again, and the sentence in it.

    :param str page: the rendered page
    :param dict refused: ``action``, ``values``, ``message`` (empty where the form only
        goes on to its next fields), ``field``, ``rule``, ``link`` (address and label
        of where to go on), and ``changed`` where somebody else changed what the form
        shows
    :param dict words: ``now`` and ``written``, in the reader's language
    :param name_of_word: returns the name of a word, of its kind and id
    """
    typed = {}
    for name, value in refused["values"]:
        value = CONTROL.sub("", value.replace("\r\n", "\n"))
        typed.setdefault(name, []).append(value)
    languages = refused.get("languages") or ()
    found = _find(page, path_of(refused["action"], languages), typed, languages)
    if found is None and not refused["message"]:
        return page
    if found is None:
        return _message_on_page(page, refused, typed, words)
    start, end, form = found
    _add_words(form, typed, name_of_word)
    _fill(form, typed, words["now"] if refused.get("changed") else None)
    if refused["message"]:
        _announce(form, typed, refused)
    else:
        _go_on(form, refused)
    before = AUTOFOCUS.sub("", _open_details(page[:start]))
    after = AUTOFOCUS.sub("", page[end:])
    return before + lxml.html.tostring(form, encoding="unicode") + after


def confirm(page: str, saved: dict) -> str:
    """Return ``page`` with the sentence about a form that was saved in that form.

    :param dict saved: ``action``, ``values`` and ``languages`` as :func:`give_back` has
        them, and ``flash``: kind, sentence, and link or None
    """
    typed: dict[str, list] = {}
    for name, value in saved["values"]:
        typed.setdefault(name, []).append(value)
    languages = saved["languages"]
    found = _find(page, path_of(saved["action"], languages), typed, languages, True)
    kind, message, link = saved["flash"]
    button = lxml.html.tostring(_button(*link), encoding="unicode") if link else ""
    # w-100: forms of one line have it above their fields.
    box = (
        f'<div class="o_wezer_saved w-100" role="status" id="{SAVED_ID}" tabindex="-1">'
        f'<div class="alert alert-{escape(kind)} o_wezer_flash mb-2">'
        f"{escape(CONTROL.sub('', message))}{button}</div></div>"
    )
    if found is None:
        place = page.find("<main")
        box = f'<div class="container mt-3">{box}</div>'
        return page[:place] + box + page[place:] if place >= 0 else page
    start = found[0]
    first = page.index(">", start) + 1
    return _open_details(page[:start]) + page[start:first] + box + page[first:]


def _find(
    page: Any, wanted: Any, typed: Any, languages: Any, same: bool = False
) -> Any:
    """Return where the form begins and ends, and the form; None where it is gone.

    :param same: no other form with its address is taken for it
    """
    best, most = None, None
    for match in FORM.finditer(page):
        tag = match.group()
        address = re.search(r'\saction="([^"]*)"', tag)
        method = re.search(r'\smethod="post"', tag, re.IGNORECASE)
        if not address or not method:
            continue
        if path_of(unescape(address.group(1)), languages) != wanted:
            continue
        end = page.find("</form>", match.end())
        if end < 0:
            continue
        end += len("</form>")
        form = lxml.html.fragment_fromstring(page[match.start() : end])
        alike, differs = 0, False
        for field in form.iter("input"):
            name = field.get("name")
            if field.get("type") == "hidden" and "data-typed" not in field.attrib:
                equal = typed.get(name) == [field.get("value", "")]
                # What changes tells nothing where it differs.
                alike += 1 if equal else -(name not in CHANGING)
                differs = differs or not (equal or name in CHANGING)
        if same and differs:
            continue
        if most is None or alike > most:
            best, most = (match.start(), end, form), alike
    return best


def _kind(field: Any) -> Any:
    return (field.get("type") or "text").lower() if field.tag == "input" else field.tag


def _visible(form: Any) -> list:
    """Return the fields that a person fills in, in their order."""
    return [
        field
        for field in form.iter("input", "textarea", "select")
        if field.get("name") and _kind(field) not in ("hidden", *BUTTONS[:4])
    ]


def _shown(field: Any) -> Any:
    """Return what the page shows in a field, as text."""
    if field.tag == "select":
        return ", ".join(
            option.text_content().strip()
            for option in field.iter("option")
            if option.get("selected") is not None
        )
    if field.tag == "textarea":
        return (field.text or "").replace("\r\n", "\n")
    return field.get("value") or ""


def _fill(form: Any, typed: Any, now: Any) -> None:
    """Put what was typed into the fields; ``now`` introduces what they showed."""
    left = {name: list(values) for name, values in typed.items()}
    for field in list(form.iter("input", "textarea", "select")):
        name, kind = field.get("name"), _kind(field)
        if not name or name in OWN_FIELDS or kind in BUTTONS:
            continue
        if kind == "hidden" and "data-typed" not in field.attrib:
            continue
        before, was_ticked = _shown(field), field.get("checked") is not None
        if kind in ("checkbox", "radio"):
            # A browser sends nothing of a box that is not ticked.
            ticked = field.get("value", "on") in typed.get(name, ())
            field.attrib.pop("checked", None)
            if ticked:
                field.set("checked", "checked")
            differs = ticked != was_ticked
        elif kind == "select":
            wanted = typed.get(name, ())
            options = list(field.iter("option"))
            if wanted or field.get("multiple") is not None:
                for option in options:
                    option.attrib.pop("selected", None)
                    if _option_value(option) in wanted:
                        option.set("selected", "selected")
            differs = _shown(field) != before and not (
                # Browsers choose the first option where none is marked.
                before == "" and wanted and wanted[0] == _option_value(options[0])
            )
        elif left.get(name):
            value = left[name].pop(0)
            differs = value != before
            if field.tag == "textarea":
                # The first line end after the tag is no part of the text.
                field.text = f"\n{value}" if value.startswith("\n") else value
            else:
                field.set("value", value)
        else:
            continue
        if differs:
            _open_around(field)
            if now and kind not in ("hidden", "checkbox", "radio"):
                _show_theirs(field, before, now)
            elif now and kind != "hidden":
                _show_theirs(field, "☑" if was_ticked else "☐", now)


def _option_value(option: Any) -> Any:
    value = option.get("value")
    return option.text_content().strip() if value is None else value


def _show_theirs(field: Any, text: str, now: Any) -> None:
    """Put what is there now below a field, to be read by all."""
    note = lxml.html.Element("div")
    note.set("class", "o_wezer_theirs small mt-1 mb-2")
    label = lxml.html.Element("strong")
    label.text = now
    label.tail = " "
    words = lxml.html.Element("span")
    words.set("class", "o_wezer_text")
    words.text = text or "–"
    note.extend([label, words])
    note.set(
        "id", f"o_wezer_theirs_{field.get('name')}-{field.get('value') or ''}"[:80]
    )
    place = field
    parent = field.getparent()
    if parent is not None and parent.tag == "label":
        place = parent
    tail, place.tail = place.tail, None
    place.addnext(note)
    note.tail = tail
    _describe(field, note.get("id"))


def _describe(field: Any, identifier: Any) -> None:
    described = (field.get("aria-describedby") or "").split()
    field.set("aria-describedby", " ".join([*described, identifier]))


def _open_around(field: Any) -> None:
    for parent in field.iterancestors("details"):
        parent.set("open", "open")


def _open_details(before: Any) -> Any:
    """Open the folded parts of the page that the form stands in."""
    stack = []
    for match in DETAILS.finditer(before):
        if match.group().startswith("</"):
            if stack:
                stack.pop()
        else:
            stack.append(match)
    for match in reversed(stack):
        if not re.search(r"\sopen(=|\s|>)", match.group()):
            cut = match.end() - 1
            before = f'{before[:cut]} open="open"{before[cut:]}'
    return before


def _add_words(form: Any, typed: Any, name_of_word: Any) -> None:
    """Add the chosen words that only the browser knew of."""
    for box in form.iter("div"):
        name = box.get("data-name")
        if not name or "o_wezer_words" not in (box.get("class") or "").split():
            continue
        shown = {
            field.get("value") for field in box.iter("input") if field.get("value")
        }
        chosen = box.find_class("o_wezer_words_chosen")
        for value in typed.get(name, ()):
            text = name_of_word and name_of_word(box.get("data-kind"), value)
            if value in shown or not text or not chosen:
                continue
            label = lxml.html.Element("label")
            label.set("class", "o_wezer_pill o_wezer_chosen")
            field = lxml.html.Element("input")
            for key, content in (("type", "checkbox"), ("name", name)):
                field.set(key, content)
            field.set("value", value)
            field.tail = f" {text}"
            label.append(field)
            chosen[0].append(label)


def _wrong_field(fields: Any, typed: Any, refused: Any) -> Any:
    """Return the field that was wrong, None where nobody can say."""
    by_name = {}
    for field in fields:
        by_name.setdefault(field.get("name"), field)
    rule = refused.get("rule") or ""
    names = (refused.get("field"), rule, *FIELDS_OF_RULES.get(rule, ()))
    for name in names:
        if name in by_name:
            return by_name[name]
    for field in fields:
        needed = field.get("required") is not None
        if needed and not "".join(typed.get(field.get("name"), ())).strip():
            return field
    return None


def _announce(form: Any, typed: Any, refused: Any) -> None:
    """Put the sentence into the form, and the focus where it is wrong."""
    message = lxml.html.Element("div")
    message.set("class", "alert alert-warning o_wezer_refused w-100")
    message.set("role", "alert")
    message.set("id", MESSAGE_ID)
    message.text = CONTROL.sub("", refused["message"])
    if link := refused.get("link"):
        message.append(_button(*link))
    message.tail, form.text = form.text, None
    form.insert(0, message)
    if "d-flex" in (form.get("class") or "").split():
        form.set("class", f"{form.get('class')} flex-wrap")
    fields = _visible(form)
    wrong = None
    if not refused.get("unsent"):
        wrong = _wrong_field(fields, typed, refused)
    for field in form.iter():
        if isinstance(field.tag, str):
            field.attrib.pop("autofocus", None)
    if wrong is not None:
        wrong.set("aria-invalid", "true")
        wrong.set("class", f"{wrong.get('class') or ''} is-invalid".strip())
    focus = wrong if wrong is not None else fields[0] if fields else message
    if focus is message:
        message.set("tabindex", "-1")
    else:
        _describe(focus, MESSAGE_ID)
        _open_around(focus)
    focus.set("autofocus", "autofocus")


def _go_on(form: Any, refused: Any) -> None:
    """Put the focus on the field with which the form goes on."""
    wanted = refused.get("field")
    for field in _visible(form):
        field.attrib.pop("autofocus", None)
        if wanted and field.get("name") == wanted:
            field.set("autofocus", "autofocus")
            _open_around(field)
            wanted = None


def _button(address: str, label: str) -> Any:
    """Return the button that leads from a refusal to where the person can go on."""
    button = lxml.html.Element("a")
    button.set("class", "btn btn-sm btn-primary ms-2")
    button.set("href", address)
    button.text = label
    return button


def _message_on_page(page: Any, refused: Any, typed: Any, words: Any) -> Any:
    """Put the sentence above the page, with what was written where it is long."""
    texts = [value for values in typed.values() for value in values if " " in value]
    written = ""
    if texts:
        written = f"<strong>{escape(words['written'])}</strong>" + "".join(
            f'<p class="o_wezer_text mb-1">{escape(text)}</p>' for text in texts
        )
        written = f'<div class="mt-2">{written}</div>'
    button = ""
    if link := refused.get("link"):
        button = lxml.html.tostring(_button(*link), encoding="unicode")
    box = (
        '<div class="container mt-3">'
        '<div class="alert alert-warning o_wezer_flash o_wezer_refused" role="alert"'
        f' tabindex="-1" autofocus="autofocus" id="{MESSAGE_ID}">'
        f"{escape(CONTROL.sub('', refused['message']))}{button}{written}</div></div>"
    )
    page = AUTOFOCUS.sub("", page)
    place = page.find("<main")
    return page[:place] + box + page[place:] if place >= 0 else page
