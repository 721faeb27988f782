"""Rendering of a page's declaration as HTML: its calls in parallel, its template, and what its forms do."""

from __future__ import annotations

import json
import os
from collections import ChainMap
from dataclasses import dataclass, replace
from datetime import date
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

import jinja2

from eal_dashboard import assets, charts, forms, lists, markdown, samples, session, texts, uploads
from eal_dashboard.client import Client, ClientRequest, ClientResponse
from eal_dashboard.operations import OPERATIONS
from eal_dashboard.page import VIEW, MovedTo, PageNotFound, filled
from eal_dashboard.pages import PAGES
from eal_dashboard.pages.organization import OWN_ORGANIZATION

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from eal_dashboard.inputs import Posted
    from eal_dashboard.operations import Json
    from eal_dashboard.page import Call, Form, Page
    from eal_dashboard.session import SignedInMember

NOT_FOUND, FORBIDDEN, UNAUTHORIZED, UNAVAILABLE = 404, 403, 401, 503
REFUSED = 422
_SAID_ONCE = frozenset({"done", "why"})
"""Parameters of an address that say what happened just before. Pages remove them from the browser's history."""
NAV = [page for page in PAGES if page.nav]


@dataclass(frozen=True)
class Visit:
    """One request of a member for a page."""

    page: Page
    member: SignedInMember
    api: Client
    path: Mapping[str, str]
    query: Mapping[str, str]
    now: datetime
    is_fragment: bool = False
    """Whether htmx asks for the rows that follow, and not for the whole page."""
    is_script: bool = False
    """Whether a script of ours sent a form with a file, and reads JSON."""


@dataclass(frozen=True)
class Html:
    status: int
    text: str


@dataclass(frozen=True)
class Redirect:
    """`member` is set if the form changed what the frame of each page shows."""

    path: str
    member: SignedInMember | None = None


@dataclass(frozen=True)
class Data:
    """JSON, for a script of ours."""

    status: int
    content: Json


@dataclass(frozen=True)
class FileDownload:
    name: str
    content: bytes


@dataclass(frozen=True)
class ApiCall:
    """A call of the API that a page made, for people who want to make it in a program."""

    operation: str
    summary: str
    curl: str
    """The request as a curl command, with the name of a variable for the key. The member's session is in no page."""
    json: str


class SessionEnded(Exception):
    """The API does not accept the session."""


class SignInAgain(Exception):
    """The API wants a recent sign-in for what the member did."""


_TEMPLATES = Path(__file__).with_name("templates")
_COMPILED = Path(__file__).with_name("compiled")
"""Folder of the compiled templates, which the layer's build makes."""


def compile_templates(target: str) -> None:
    """Write each template as a module of Python."""
    environment().compile_templates(target, zip=None, ignore_errors=False)


@cache
def environment() -> jinja2.Environment:
    bound_form = jinja2.Environment(
        loader=jinja2.ModuleLoader(_COMPILED) if _COMPILED.is_dir() else jinja2.FileSystemLoader(_TEMPLATES),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
    bound_form.globals |= {"asset": assets.address, "charts": charts, "Bar": charts.Bar}
    bound_form.filters |= {
        "browser": texts.browser,
        "label": texts.label,
        "dollars": texts.dollars,
        "duration": texts.duration,
        "count": texts.count,
        "full_name": texts.full_name,
        "phone": texts.phone,
        "prose": texts.prose,
        "short_id": texts.short_id,
        "rate": texts.rate,
        "web": texts.web,
        "marked": texts.marked,
        "markdown": markdown.preview,
    }
    return bound_form


def show(visit: Visit) -> Html | Data | Redirect | FileDownload:
    """A page as a GET shows it."""
    if not visit.page.is_visible(visit.member.role):
        return problem(visit, FORBIDDEN, "Your role does not include this page.", _ASK_ADMIN)
    if visit.page.export is not None and visit.query.get("export") == "csv":
        return _exported(visit, visit.page.export)
    responses = _fetch(visit)
    if failed := _failure(visit.page, responses):
        return _failed(visit, failed)
    try:
        return _rendered(visit, responses, _bound(visit, responses), 200)
    except PageNotFound as missing:
        return problem(visit, NOT_FOUND, missing.title, missing.text)
    except MovedTo as moved:
        return Redirect(moved.path)


_ASK_ADMIN = "An owner or an admin of your organization can change your role in Settings, Members."


def submit(visit: Visit, posted: Posted) -> Html | Data | Redirect:
    """The response to a POST of one of the page's forms."""
    # The address still names the form that succeeded before, which says nothing about this one.
    visit = replace(visit, query={key: value for key, value in visit.query.items() if key not in _SAID_ONCE})
    name = posted.one(forms.NAME)
    form = next((form for form in visit.page.forms if form.key == name), None)
    if form is None:
        return problem(visit, NOT_FOUND, "This form no longer exists.", "Reload the page and try again.")
    if refusal := _refusal(visit, form, posted):
        return refusal
    bound_form = forms.bound(form, visit.member.tenant)
    bound_form.key, bound_form.etag = posted.one(forms.KEY) or bound_form.key, posted.one(forms.ETAG)
    bound_form.targets = forms.targets_of(bound_form, visit.path, posted)
    bound_form.seen = forms.seen_in(posted)
    if change := posted.one(forms.CHANGE):
        forms.remember(bound_form, posted)
        lists.change(bound_form, change, forms.bound(form, bound_form.tenant))
        return _again(visit, bound_form, 200)
    body = _read(visit, bound_form, posted)
    return (
        _again(visit, bound_form, REFUSED) if bound_form.has_error else _send(visit, bound_form, body, posted)
    )


def _send(visit: Visit, bound_form: forms.BoundForm, body: Json, posted: Posted) -> Html | Data | Redirect:
    """Call the form's operation."""
    form = bound_form.form
    try:
        response = visit.api.send(_request(visit, form, bound_form, body, posted))
    except (KeyError, ValueError):  # an id in the form is missing, or none
        return problem(visit, NOT_FOUND, "This form is incomplete.", "Reload the page and try again.")
    if response.status == UNAUTHORIZED:
        raise SessionEnded
    if response.code == "reauthentication_required":
        raise SignInAgain
    if not response.is_success:
        forms.refused(bound_form, response)
        return _again(visit, bound_form, response.status)
    if form.upload:
        return _with_file(visit, form, bound_form, response, posted.file)
    if form.result:
        return _result(visit, form, bound_form, response, posted)
    return Redirect(_next(visit, form, response), _changed_member(visit.member, form, response))


def _changed_member(member: SignedInMember, form: Form, response: ClientResponse) -> SignedInMember | None:
    """The member after a change of the organization's name or time zone, which pages take from the member's cookie."""
    if form.operation != OWN_ORGANIZATION:
        return None
    return replace(member, organization=response.body["name"], timezone=response.body["settings"]["timezone"])


def _refusal(visit: Visit, form: Form, posted: Posted) -> Html | Data | None:
    """The response to a form that was made for another tenant, or that the role does not allow."""
    if posted.one(forms.TENANT) != visit.member.tenant:
        return problem(
            visit,
            409,
            "You switched to another organization or mode in another tab.",
            "Nothing was changed. Go back to the page, and check where you are before you send the form again.",
        )
    if not OPERATIONS[form.operation].is_allowed(visit.member.role):
        return problem(visit, FORBIDDEN, "Your role does not allow this.", _ASK_ADMIN)
    return None


def _read(visit: Visit, bound_form: forms.BoundForm, posted: Posted) -> Json:
    """The body of the operation. What is wrong with the fields or the file is noted in the form."""
    if bound_form.form.upload and not visit.is_script:
        bound_form.upload_error = uploads.fault(bound_form.form.upload, posted.file)
    return forms.read(bound_form, posted, visit.member.timezone)


def _with_file(
    visit: Visit, form: Form, bound_form: forms.BoundForm, response: ClientResponse, content: bytes | None
) -> Html | Data | Redirect:
    """Send the file to where the API wants it, or tell the script that will do so."""
    following, target = _next(visit, form, response), response.body["upload"]
    if visit.is_script:
        return Data(200, {"id": response.body["id"], "upload": target, "next": following})
    status = uploads.send(target, content or b"")
    if status == 200:
        return Redirect(following)
    if status != uploads.NO_RESPONSE:  # the URL has expired, for instance; the same key would repeat it
        bound_form.key = forms.bound(form, visit.member.tenant).key
    bound_form.error = (
        "The file did not arrive. Choose it again and send the form again: nothing happens twice."
    )
    return _again(visit, bound_form, UNAVAILABLE)


def problem(visit: Visit, status: int, title: str, text: str, request_id: str = "") -> Html | Data:
    """A page with an error, in the frame."""
    if visit.is_script:
        return Data(status, {"message": f"{title} {text}"})
    values = {"problem": title, "text": text, "status": status, "request_id": request_id}
    return Html(status, environment().get_template("problem.html").render(_frame(visit) | values))


def _request(
    visit: Visit, form: Form, bound_form: forms.BoundForm, body: Json, posted: Posted
) -> ClientRequest:
    operation = OPERATIONS[form.operation]
    targets = ChainMap(dict(visit.path), dict(posted.pairs))
    has_body = bool(body) or bool(operation.body)
    return ClientRequest(
        form.operation,
        path=targets,
        query={name: str(value) for name, value in body.items()} if operation.method == "DELETE" else {},
        body=body if has_body and operation.method != "DELETE" else None,
        idempotency_key=bound_form.key,
        etag=bound_form.etag if operation.if_match else "",
    )


def _fetch(visit: Visit, refused: forms.BoundForm | None = None) -> dict[str, ClientResponse | None]:
    """The responses of the page's calls, by their names. None for a call that the role does not allow, or that the
    page does not need now.
    """
    needed = {
        name: call
        for name, call in visit.page.calls.items()
        if OPERATIONS[call.operation].is_allowed(visit.member.role) and _is_needed(visit, call, refused)
    }
    found: dict[str, ClientResponse | None] = dict.fromkeys(visit.page.calls)
    first = {name: call for name, call in needed.items() if not call.depends_on}
    ids = refused.targets if refused else {}
    found |= _sent(
        visit,
        {name: _call(visit, call, ids if call.after_refusal_of else None) for name, call in first.items()},
    )
    waiting = {}
    for name, call in needed.items():
        source = found[call.depends_on] if call.depends_on else None
        if call.targets and source and source.is_success and (targets := call.targets(source.body)):
            waiting[name] = _call(visit, call, targets)
    return found | _sent(visit, waiting)


def _is_needed(visit: Visit, call: Call, refused: forms.BoundForm | None) -> bool:
    if call.only_if:
        name, value = call.only_if
        return visit.query.get(name) in (None, "", value)
    return not call.after_refusal_of or (refused is not None and refused.form.key == call.after_refusal_of)


def _sent(visit: Visit, requests: Mapping[str, ClientRequest]) -> dict[str, ClientResponse]:
    responses = visit.api.get_all([*requests.values()]) if requests else []
    if any(response.status == UNAUTHORIZED for response in responses):
        raise SessionEnded
    return dict(zip(requests, responses, strict=True))


def _call(visit: Visit, call: Call, targets: Mapping[str, str] | None = None) -> ClientRequest:
    specs = OPERATIONS[call.operation].query
    query = {
        name: _moment(visit.query[name], visit.member.timezone)
        if specs[name].get("format") == "date-time"
        else visit.query[name]
        for name in call.query
        if visit.query.get(name)
    }
    fixed = {name: filled(value, visit.path) for name, value in call.fixed.items()}
    return ClientRequest(call.operation, path={**visit.path, **(targets or {})}, query={**fixed, **query})


def _exported(visit: Visit, call: Call) -> Html | Data | FileDownload:
    response = visit.api.send(_call(visit, call))
    if response.status == UNAUTHORIZED:
        raise SessionEnded
    if response.code == "reauthentication_required":
        raise SignInAgain
    if not response.is_success:
        return _failed(visit, response)
    return FileDownload(f"{visit.page.title.lower()}.csv", response.csv)


def _moment(text: str, zone: str) -> str:
    """A time in a page's address; a date without one begins at midnight in the organization's zone."""
    try:
        return texts.midnight(date.fromisoformat(text), zone)
    except (ValueError, OverflowError):
        return text


def _failure(page: Page, responses: Mapping[str, ClientResponse | None]) -> ClientResponse | None:
    """The first failed response that the page cannot do without."""
    return next(
        (
            response
            for name, response in responses.items()
            if response is not None and not response.is_success and not page.calls[name].optional
        ),
        None,
    )


def _failed(visit: Visit, response: ClientResponse) -> Html | Data:
    if response.status == NOT_FOUND:
        nothing = PageNotFound()
        return problem(visit, NOT_FOUND, nothing.title, nothing.text)
    if response.status in (400, 422):
        return problem(
            visit, response.status, "The address of this page has an invalid filter.", response.message
        )
    if response.status == FORBIDDEN:
        return problem(visit, FORBIDDEN, "Your role does not include this page.", response.message)
    if response.code == "rate_limited":
        return problem(
            visit, 429, "Too many requests in a short time.", "Wait a minute, then reload the page."
        )
    return problem(
        visit, 503, "The API did not respond.", "Reload the page in a moment.", response.request_id
    )


def _bound(visit: Visit, responses: Mapping[str, ClientResponse | None]) -> dict[str, forms.BoundForm]:
    found = {}
    for form in visit.page.forms:
        source = responses.get(form.of) if form.of else None
        bound_form = forms.bound(
            form,
            visit.member.tenant,
            source.body if source else None,
            source.etag if source else "",
            visit.member.timezone,
        )
        _permit(visit, bound_form)
        found[form.key] = bound_form
    return found


def _permit(visit: Visit, bound_form: forms.BoundForm) -> None:
    operation = OPERATIONS[bound_form.form.operation]
    bound_form.is_allowed = operation.is_allowed(visit.member.role)
    bound_form.needs_sign_in = operation.reauthenticates and not visit.member.is_recent(visit.now)


def _again(visit: Visit, bound_form: forms.BoundForm, status: int) -> Html | Data:
    """The page with the form as the person filled it, and why it was refused."""
    if visit.is_script:
        return Data(status, {"message": bound_form.complaint})
    responses = _fetch(visit, bound_form)
    if failed := _failure(visit.page, responses):
        return _failed(visit, failed)
    _permit(visit, bound_form)
    bound = _bound(visit, responses)
    if source := responses.get(bound_form.form.of):
        forms.merge(bound_form, source.body, source.etag, visit.member.timezone)
    return _rendered(visit, responses, bound | {bound_form.form.key: bound_form}, status)


def _result(
    visit: Visit, form: Form, bound_form: forms.BoundForm, response: ClientResponse, posted: Posted
) -> Html:
    bound = {form.key: forms.bound(form, visit.member.tenant) for form in visit.page.forms}
    bound[form.key].fields = bound_form.fields
    for other in bound.values():
        _permit(visit, other)
    values = {
        "result": response.body,
        "forms": bound,
        "entered": bound_form.fields,
        "path": visit.path,
        "posted": posted,
    }
    return Html(200, environment().get_template(form.result).render(_frame(visit) | values))


def _next(visit: Visit, form: Form, response: ClientResponse) -> str:
    values = {**visit.path, **{key: value for key, value in response.body.items() if isinstance(value, str)}}
    path, _, fragment = filled(form.then or visit.page.path, values).partition("#")
    stays = path == filled(visit.page.path, visit.path)
    query = _filters(visit) if stays else {}
    if form.done:
        query["done"] = form.key
    return path + (f"?{urlencode(query)}" if query else "") + (f"#{fragment}" if fragment else "")


def _filters(visit: Visit) -> dict[str, str]:
    """The parameters that stay in the page's address."""
    view = {VIEW: visit.page.view} if visit.page.view else {}
    return view | {
        name: visit.query[name] for name in sorted(visit.page.filters - {"cursor"}) if visit.query.get(name)
    }


@cache
def _sentences() -> dict[str, str]:
    return {form.key: form.done for page in PAGES for form in page.forms if form.done}


def _rendered(
    visit: Visit,
    responses: Mapping[str, ClientResponse | None],
    bound: dict[str, forms.BoundForm],
    status: int,
) -> Html:
    values: dict[str, Any] = {
        name: response.body if response is not None and response.is_success else None
        for name, response in responses.items()
    }
    values |= {"forms": bound, "path": visit.path}
    if visit.page.prepare is not None:
        values |= visit.page.prepare(
            values | {"query": visit.query, "member": visit.member, "now": visit.now, "pages": PAGES}
        )
    template = environment().get_template(visit.page.template)
    context = _frame(visit) | values | {"api_calls": _api_calls(visit, responses)}
    if visit.is_fragment and "rows" in template.blocks:
        rows = template.blocks["rows"](template.new_context(context))
        return Html(status, "".join(rows))
    return Html(status, template.render(context))


def _api_calls(visit: Visit, responses: Mapping[str, ClientResponse | None]) -> list[ApiCall]:
    """The calls behind the page of one resource."""
    if not visit.page.parameters:
        return []
    return [
        ApiCall(
            visit.page.calls[name].operation,
            OPERATIONS[visit.page.calls[name].operation].summary,
            samples.curl(samples.Sample("GET", os.environ["API_URL"] + response.path)),
            json.dumps(response.body, indent=2, ensure_ascii=False),
        )
        for name, response in responses.items()
        if response is not None and response.is_success
    ]


def _frame(visit: Visit) -> dict[str, Any]:
    """The variables of every template of a page."""

    def when(text: str | None, *, relative: bool = True) -> object:
        return texts.when(text, visit.member.timezone, visit.now, relative=relative)

    def link(**changed: str | None) -> str:
        """The page's own address with other parameters; None removes one."""
        query = {name: value for name, value in {**_filters(visit), **changed}.items() if value}
        path = filled(visit.page.path, visit.path)
        return f"{path}?{urlencode(query)}" if query else path

    def may(operation: str) -> bool:
        return OPERATIONS[operation].is_allowed(visit.member.role)

    here = visit.page.address(visit.path)
    return {
        "ui": environment().get_template("ui.html").make_module({"here": here}),
        "page": visit.page,
        "home_of_mode": visit.page.path if not visit.path else visit.page.under or "/",
        "member": visit.member,
        "query": visit.query,
        "nav": [page for page in NAV if page.is_visible(visit.member.role)],
        "current": visit.page.under or visit.page.path,
        "done": _sentences().get(visit.query.get("done", "")),
        "here": here,
        "api_url": os.environ["API_URL"],
        "idle_seconds": session.IDLE_SECONDS,
        "now": visit.now,
        "api_calls": [],
        "when": when,
        "link": link,
        "may": may,
    }
