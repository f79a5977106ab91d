"""The one way in which the forms of the website are answered.

A form's endpoint does one thing and returns where to go. What goes wrong on the
way is decided here: nothing half done is kept, what was typed is given back on the
page of the form, and what is sent twice is done once.
"""

import hashlib
import time
from collections.abc import Callable, Mapping
from functools import wraps
from typing import Any
from urllib.parse import quote as url_quote

import werkzeug.exceptions
from werkzeug.datastructures import FileStorage

from odoo.exceptions import UserError
from odoo.http import (
    SessionExpiredException,
    get_session_max_inactivity,
    request,
    root,
)
from odoo.tools import LazyTranslate

from ..exceptions import Refusal
from .forms import (
    SAVED_ID,
    confirm,
    give_back,
    local_page,
    path_of,
    typed_values,
    url_codes,
)
from .numbers import record_id
from .words import suggested_model

_lt = LazyTranslate(__name__)

# So many letters of one form are kept until its page is shown again.
KEPT_LETTERS = 500_000
KEPT_SECONDS = 24 * 3600
# So many letters tell which form of a page was saved.
TOLD_LETTERS = 2000
# Odoo's message where a form's CSRF token is not the session's.
CSRF = "Session expired (invalid CSRF token)"
# Fields that differ each time a page is loaded.
OF_THE_PAGE = ("csrf_token", "form_token", "form_page", "key")
# Said where nothing was sent; translated when the page is shown.
UNSENT = {
    "session": _lt(
        "You were logged out while you were writing, so nothing has been sent yet."
        " Your text is still here. Check it and send it again."
    ),
    "csrf": _lt(
        "This page was open for too long, so nothing has been sent yet. Your text"
        " is still here. Check it and send it again."
    ),
}

OTHER_CONTENT = _lt(
    "You sent this form before, with other content, and that was carried out. What is"
    " in it now has not been sent. If you want this as well, send it again."
)
# Files are read in blocks of so many bytes.
FILE_BLOCK = 1 << 20


class NotYetDone(Exception):  # noqa: N818
    """Raised by an endpoint that did nothing and leads to a page that asks for more.

    The form may be corrected and sent again: it counts as not sent.

    :param str url: the page
    :param str field: the page shows the same form, filled with what was typed; this
        field has the focus
    :param dict instead: values of fields in place of those that were typed
    """

    def __init__(
        self, url: str, field: str = "", instead: Mapping[str, str] | None = None
    ) -> None:
        super().__init__(url)
        self.url = url
        self.field = field
        self.instead = instead or {}


class _SentBefore(Exception):  # noqa: N818
    """The same form was sent by another request meanwhile."""


def form_post(
    page: str = "/my",
    *,
    once: bool = False,
    alike_seconds: int = 0,
    wait: Callable | None = None,
    files: tuple[str, ...] = (),
    in_place: bool = False,
) -> Callable:
    """Make an endpoint of a controller answer a form.

    The endpoint runs in a savepoint. Where it raises a ``UserError`` (refusals and
    denied access are such), the person is led back to the page of the form with all
    that was typed, the sentence, and the focus on the field that was wrong.

    :param page: the address of the page that shows the form, where the form itself
        does not tell; ``{name}`` stands for arguments and fields
    :param bool once: the form creates something: sent twice, it is done once, and the
        second answer leads where the first did. With other content it is refused and
        given back, and can then be sent as a new form. A form that was refused counts
        as not sent
    :param int alike_seconds: with ``once``: the same content, sent by the same person
        within so many seconds from a page that was loaded again (a browser does that on
        the way back), is the same form, too
    :param wait: called with the endpoint's arguments before anything is done, to wait
        for those who came before (see :mod:`.locks`)
    :param files: the arguments of the endpoint that may be files; a file in the place
        of any other is an empty text
    :param bool in_place: the form stands on its page again after it was sent. Where the
        answer leads to that page, it leads to the form: its parts unfolded, with the
        sentence of :func:`flash` in it
    """

    def decorate(endpoint: Any) -> Any:
        @wraps(endpoint)
        def answer(self: Any, *args: Any, **kwargs: Any) -> Any:
            kwargs = {
                name: ""
                if isinstance(value, FileStorage) and name not in files
                else value
                for name, value in kwargs.items()
            }
            token = kwargs.pop("form_token", None)
            kwargs.pop("form_page", None)
            sent = request.env["wezer.idempotency.key"].sudo()
            key = None
            if once and token:
                made = sent._read_token(token)
                if made and made["old"]:
                    return _to_form(page, kwargs, unsent="csrf")
                if made and made["uid"] == request.env.uid:
                    key = f"form:{token}"
            content = _content_digest() if key else None
            if key and (before := sent._sent_form(key)):
                return _answer_again(before, content, page, kwargs)
            alike = f"alike:{content}" if key and alike_seconds else None
            if alike and (url := sent._result_url(alike, alike_seconds)):
                return _sent_already(url)
            try:
                if wait:
                    # It begins a new transaction: outside of the savepoint.
                    wait(self, *args, **kwargs)
                with request.env.cr.savepoint():
                    response = endpoint(self, *args, **kwargs)
                    url = getattr(response, "location", None)
                    if key and url and not sent._is_first(key, None, url, content):
                        raise _SentBefore
                    if alike and url and not sent._is_first(alike, alike_seconds, url):
                        key, content = alike, None
                        raise _SentBefore
                if in_place and url:
                    _lead_to_form(response)
                return response
            except NotYetDone as step:
                if step.field:
                    keep_typed(step.url, request.env.uid, step=step)
                return request.redirect(step.url)
            except _SentBefore:
                return _answer_again(sent._sent_form(key), content, page, kwargs)
            except UserError as error:
                return _to_form(page, kwargs, error)

        return answer

    return decorate


def _content_digest() -> str:
    """Return a digest of who sends what to where, whatever page it was written on."""
    posted = request.httprequest
    values = [
        (name, value)
        for name, value in posted.form.items(multi=True)
        if name not in OF_THE_PAGE
    ]
    values += [
        (name, f"{file.filename}:{_file_digest(file)}")
        for name, file in posted.files.items(multi=True)
    ]
    content = repr((request.env.uid, posted.path, sorted(values)))
    return hashlib.sha256(content.encode("utf-8", "replace")).hexdigest()


def _file_digest(file: FileStorage) -> str:
    """Return a digest of a file that was sent, which can be read again after it."""
    digest = hashlib.sha256()
    while block := file.stream.read(FILE_BLOCK):
        digest.update(block)
    file.stream.seek(0)
    return digest.hexdigest()


def _answer_again(before: Any, content: Any, page: str, kwargs: dict) -> Any:
    """Answer a form that was sent before: lead to its result, or give it back.

    :param before: where the first answer led, and the digest of what was sent then
        (None: it was not kept)
    """
    url, digest = before
    if digest in (None, content):
        return request.redirect(url)
    error = Refusal(request.env._(OTHER_CONTENT), rule="sent")
    return _to_form(page, kwargs, error)


def _sent_already(url: Any) -> Any:
    """Lead to what the same content made a moment ago, and say so."""
    message = request.env._(
        "You have already sent this, so it was not done again. To send it once"
        " more, change something or wait a few minutes."
    )
    request.session["wezer_flash"] = ["info", message]
    return request.redirect(url)


def _to_form(page: Any, kwargs: Any, error: Any = None, unsent: Any = None) -> Any:
    """Lead back to the page of the form, where it is filled again."""
    address = keep_typed(_page_of(page, kwargs), request.env.uid, error, unsent)
    return request.redirect(address)


def _page_of(page: Any, kwargs: Any) -> Any:
    asked = local_page(request.httprequest.form.get("form_page"))
    if asked:
        return asked
    values = {**request.httprequest.form.to_dict(), **kwargs}
    try:
        return page.format_map(
            {name: url_quote(str(value), safe="") for name, value in values.items()}
        )
    except KeyError:
        return "/my"


def keep_typed(
    address: Any, uid: Any, error: Any = None, unsent: Any = None, step: Any = None
) -> Any:
    """Keep what the request's form holds for the page at ``address``; return it.

    :param int uid: for whom it is kept; another person is not shown it
    :param error: the refusal
    :param str unsent: ``session`` or ``csrf``, where it was not even tried
    :param NotYetDone step: where nothing was refused, and the form goes on
    """
    posted = request.httprequest
    typed = [
        (name, step.instead.get(name, value) if step else value)
        for name, value in posted.form.items(multi=True)
    ]
    # After an error there may be no website to ask; any active language will do.
    languages = url_codes(request.env)
    message = str(error.args[0]) if error is not None and error.args else ""
    request.session["wezer_refused"] = {
        "page": path_of(address, languages),
        "languages": languages,
        "action": posted.path,
        "values": typed_values(typed, KEPT_LETTERS),
        "message": message,
        "field": getattr(step or error, "field", None),
        "rule": getattr(error, "rule", None),
        "link": getattr(error, "link", None),
        "changed": getattr(error, "rule", None) == "changed",
        "unsent": unsent,
        "uid": uid,
        "at": int(time.time()),
    }
    return address


def _lead_to_form(response: Any) -> None:
    """Lead to the form that was sent, on its page, and keep the sentence for it."""
    asked = local_page(request.httprequest.form.get("form_page"))
    languages = url_codes(request.env)
    page = path_of(response.location, languages)
    if page != path_of(asked, languages) or not request.session.get("wezer_flash"):
        return
    posted = request.httprequest
    request.session["wezer_saved"] = {
        "page": page,
        "languages": languages,
        "action": posted.path,
        # Hidden fields tell which of several forms it was; long texts do not.
        "values": typed_values(posted.form.items(multi=True), TOLD_LETTERS),
        "flash": request.session.pop("wezer_flash"),
        "uid": request.env.uid,
    }
    response.location = f"{response.location.partition('#')[0]}#{SAVED_ID}"


def say_saved(response: Any) -> None:
    """Say on the page of a form that it was saved: in the form, which is unfolded."""
    saved = request.session.get("wezer_saved")
    if not saved or not _is_page_of(saved, response):
        return
    request.session.pop("wezer_saved")
    if saved["uid"] == request.env.uid:
        response.set_data(confirm(response.get_data(as_text=True), saved))


def _is_page_of(kept: dict, response: Any) -> bool:
    """Return whether the response is the page for which something was kept."""
    return (
        request.httprequest.method == "GET"
        and path_of(request.httprequest.path, kept["languages"]) == kept["page"]
        and response.status_code == 200
        and response.mimetype == "text/html"
    )


def fill_refused_form(response: Any) -> None:
    """Fill the refused form on the page that was asked for, once."""
    refused = request.session.get("wezer_refused")
    if not refused or request.httprequest.method != "GET":
        return
    if path_of(request.httprequest.path, refused["languages"]) != refused["page"]:
        return
    if response.status_code in (301, 302, 303, 307, 308):
        _follow_renamed(refused, response.location)
        return
    if response.status_code != 200 or response.mimetype != "text/html":
        return
    request.session.pop("wezer_refused")
    late = time.time() - refused["at"] > KEPT_SECONDS
    if late or refused["uid"] != request.env.uid:
        # What one person wrote is not shown to another on the same computer.
        return
    if refused["unsent"]:
        refused["message"] = request.env._(UNSENT[refused["unsent"]])
    _fill_page(response, refused)


def _fill_page(response: Any, refused: dict) -> None:
    words = {
        "now": request.env._("Current value:"),
        "written": request.env._("You wrote:"),
    }
    page = response.get_data(as_text=True)
    response.set_data(give_back(page, refused, words, _name_of_word))


def fill_form(response: Any, action: str, kept: list[tuple[str, str]]) -> None:
    """Fill a form of a page with what was kept of it, as if it had been typed there.

    :param action: the address to which the form is sent
    :param kept: names and values of its fields; several have the same name where
        several are chosen
    """
    response.flatten()
    languages = url_codes(request.env)
    values = {"action": action, "values": kept, "languages": languages, "message": ""}
    _fill_page(response, values)


def _follow_renamed(refused: Any, address: Any) -> None:
    """Let the form be filled on the page that a former address leads to."""
    page = path_of(address, refused["languages"])
    before, after = refused["page"].split("/"), page.split("/")
    if len(before) != len(after):
        return
    renamed = dict(zip(before, after, strict=True))
    action = path_of(refused["action"], refused["languages"]).split("/")
    request.session["wezer_refused"] = {
        **refused,
        "page": page,
        "action": "/".join(renamed.get(part, part) for part in action),
    }


def _name_of_word(kind: Any, value: Any) -> Any:
    words = suggested_model(request.env, kind)
    if words is None:
        return ""
    word = words.search([("id", "=", record_id(value))])
    return word.name or ""


# === WHAT NEVER REACHED AN ENDPOINT, OR FAILED AFTER IT === #


def form_sent_in_vain(exception: Any) -> Any:
    """Return the way back to the form that a failed request sent; None: it is none.

    It comes after Odoo handled the exception, which may have ended the session.
    """
    posted = request.httprequest
    if posted.method != "POST" or not posted.form.get("form_token"):
        return None
    error = unsent = None
    if isinstance(exception, SessionExpiredException):
        unsent = "session"
    elif isinstance(exception, werkzeug.exceptions.BadRequest):
        unsent = "csrf" if exception.description == CSRF else None
    elif isinstance(exception, UserError):
        # Refused when it was to be committed.
        error = exception
    address = local_page(posted.form.get("form_page"))
    made = request.env["wezer.idempotency.key"]._read_token(posted.form["form_token"])
    if not (unsent or error) or not made or not address:
        # What no page of this site has shown to anybody is not shown by it either.
        return None
    public = request.env.ref("base.public_user").id
    if request.env.uid not in (None, public, made["uid"]):
        return None
    keep_typed(address, made["uid"], error, unsent)
    if unsent != "session":
        response = request.redirect(address)
        request.env["ir.http"]._post_dispatch(response)
        return response
    response = request.redirect_query("/web/login", {"redirect": address})
    root.session_store.save(request.session)
    response.set_cookie(
        "session_id",
        request.session.sid,
        max_age=get_session_max_inactivity(request.env),
        httponly=True,
    )
    return response
