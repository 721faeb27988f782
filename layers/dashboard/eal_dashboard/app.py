"""The application: its routes, and what happens around each page."""

from __future__ import annotations

import logging
import re
import time
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl, urlencode

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.responses import HTMLResponse, JSONResponse, RedirectResponse, Response
from starlette.routing import Route

from eal_dashboard import assets, client, session, sign_in, views
from eal_dashboard.inputs import Posted
from eal_dashboard.page import VIEW
from eal_dashboard.pages import PAGES
from eal_dashboard.security import SecurityHeaders, is_from_another_site

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Sequence

    from starlette.requests import Request

    from eal_dashboard.page import Page

    type Handler = Callable[[Request], Awaitable[Response]]

LOG = logging.getLogger("dashboard")
MAX_FORM_BYTES = 1_000_000
MAX_FIELDS = 2000
SEE_OTHER = 303
REASONS = ("unknown_member", "other_account", "unverified_email")
"""Reasons of a refused sign-in on which the person can act. sign_in.html has a text for each."""


def _page(path: str, views_of_path: Sequence[Page]) -> Route:
    by_view = {page.view: page for page in views_of_path}

    async def handle(request: Request) -> Response:
        page = by_view.get(request.query_params.get(VIEW, ""), by_view[""])
        try:
            page.address(request.path_params)
        except ValueError:  # a parameter is no id
            return _plain("not_found.html", 404)
        if not (text := session.text_of(request)):
            return _to_sign_in(request, "")
        api = _client(request, text)
        posted = await _posted(request) if request.method == "POST" else None
        return await run_in_threadpool(_visit, page, request, api, posted)

    methods = ["GET", "POST"] if any(page.forms for page in views_of_path) else ["GET"]
    return Route(path, _guarded(handle), methods=methods, name=path)


def _pages() -> list[Route]:
    """A route for each path, in the order of the pages, because the first that fits is taken."""
    paths = dict.fromkeys(page.path for page in PAGES)
    return [_page(path, [page for page in PAGES if page.path == path]) for path in paths]


def _visit(page: Page, request: Request, api: client.Client, posted: Posted | None) -> Response:
    member, is_new = session.member_of(request), False
    try:
        if member is None:
            own = api.send(client.ClientRequest("getSession"))
            if not own.is_success:
                raise views.SessionEnded
            member, is_new = sign_in.member(own.body, api), True
        visit = views.Visit(
            page=page,
            member=member,
            api=api,
            path=request.path_params,
            query=dict(request.query_params),
            now=session.now(),
            is_fragment=request.headers.get("hx-request") == "true",
            is_script=_is_script(request),
        )
        shown = views.show(visit) if posted is None else views.submit(visit, posted)
    except views.SessionEnded:
        return _to_sign_in(request, "ended")
    except views.SignInAgain:
        return _to_sign_in(request, "again")
    response: Response
    if isinstance(shown, views.Redirect):
        response = RedirectResponse(shown.path, SEE_OTHER)
    elif isinstance(shown, views.Data):
        response = JSONResponse(shown.content, shown.status)
    elif isinstance(shown, views.FileDownload):
        disposition = f'attachment; filename="{shown.name}"'
        response = Response(
            shown.content, media_type="text/csv", headers={"content-disposition": disposition}
        )
    else:
        response = HTMLResponse(shown.text, shown.status, headers={"vary": "hx-request"})
    if isinstance(shown, views.Redirect) and shown.member:
        session.keep(response, shown.member)
    elif is_new:
        session.keep(response, member)
    return response


def _to_sign_in(request: Request, why: str) -> Response:
    """The sign-in page, which returns here. A lost session's cookies are removed."""
    back = sign_in.safe_path(request.url.path + (f"?{request.url.query}" if request.url.query else ""))
    query = urlencode({**({"why": why} if why else {}), **({"to": back} if back != "/" else {})})
    address = f"/sign-in?{query}" if query else "/sign-in"
    if request.headers.get("hx-request") == "true":
        return Response(status_code=204, headers={"hx-redirect": address})
    response: Response = RedirectResponse(address, SEE_OTHER)
    if _is_script(request):
        response = JSONResponse({"message": "Your session has ended. Reload the page to sign in."}, 401)
    if why != "again":
        session.forget(response)
    return response


async def show_sign_in(request: Request) -> Response:
    """GET /sign-in: why, and the button. A member who is signed in already goes home."""
    why = request.query_params.get("why", "")
    if session.text_of(request) and not why:
        return RedirectResponse("/", SEE_OTHER)
    return _plain("sign_in.html", why=why, to=sign_in.safe_path(request.query_params.get("to", "/")))


async def start_sign_in(request: Request) -> Response:
    """POST /sign-in: to the login page."""
    posted = await _posted(request)
    address, cookie = sign_in.begin(sign_in.safe_path(posted.one("to")), again=bool(posted.one("again")))
    response = RedirectResponse(address, SEE_OTHER)
    response.set_cookie(
        sign_in.SIGNING_IN,
        cookie,
        max_age=sign_in.MAX_SECONDS,
        path="/",
        secure=True,
        httponly=True,
        samesite="lax",
    )
    return response


async def finish_sign_in(request: Request) -> Response:
    """GET /signed-in: back from the login page, with a code."""
    response = await run_in_threadpool(_finish_sign_in, request)
    response.delete_cookie(sign_in.SIGNING_IN, path="/", secure=True, httponly=True, samesite="lax")
    return response


def _finish_sign_in(request: Request) -> Response:
    cookie = request.cookies.get(sign_in.SIGNING_IN, "")
    old = session.text_of(request)
    before = session.member_of(request) if old else None
    finished = sign_in.finish(request.query_params, cookie, _client(request, ""), before)
    if finished is None:
        return _plain("sign_in.html", 400, why="stale", to="/")
    api_response, back = finished
    if not api_response.is_success:
        LOG.warning("sign-in refused", extra={"status": api_response.status, "code": api_response.code})
        return _plain("sign_in.html", 403, why=_refusal(api_response), to=back)
    text = str(api_response.body.get("session") or "")
    member = sign_in.member(api_response.body, _client(request, text))
    if old:
        _client(request, old).send(client.ClientRequest("endSession"))
    response = RedirectResponse(back, SEE_OTHER)
    session.keep(response, member, text)
    return response


def _refusal(api_response: client.ClientResponse) -> str:
    """The text that the sign-in page shows. Reasons that a person cannot act on share one."""
    if api_response.code == "rate_limited":
        return "limited"
    if api_response.status >= 500:
        return "unavailable"
    reason = str(api_response.details.get("reason", ""))
    return reason if reason in REASONS else "refused"


async def sign_out(request: Request) -> Response:
    """POST /sign-out: end the session at the API, here, and at the login page."""
    api = _client(request, session.text_of(request))
    await run_in_threadpool(api.send, client.ClientRequest("endSession"))
    response = RedirectResponse(sign_in.sign_out_address(), SEE_OTHER)
    session.forget(response)
    response.headers["clear-site-data"] = '"cache"'
    return response


async def switch(request: Request) -> Response:
    """POST /switch: another organization or mode. The API ends the session and returns a new one."""
    posted = await _posted(request)
    return await run_in_threadpool(_switch, request, posted)


def _switch(request: Request, posted: Posted) -> Response:
    api = _client(request, session.text_of(request))
    body = {name: posted.one(name) for name in ("organization_id", "mode") if posted.one(name)}
    api_response = api.send(client.ClientRequest("updateSession", body=body))
    if not api_response.is_success:
        return _to_sign_in_after_switch(api_response)
    text = str(api_response.body.get("session") or "")
    member = sign_in.member(api_response.body, _client(request, text))
    response = RedirectResponse(sign_in.safe_path(posted.one("to")), SEE_OTHER)
    session.keep(response, member, text)
    return response


def _to_sign_in_after_switch(api_response: client.ClientResponse) -> Response:
    """Whether the switch happened is unknown after a time-out, so the member signs in again."""
    why = "ended" if api_response.status == views.UNAUTHORIZED else "unavailable"
    response = RedirectResponse(f"/sign-in?why={why}", SEE_OTHER)
    session.forget(response)
    return response


async def not_found(request: Request, _error: Exception) -> Response:
    return _plain("not_found.html", 404)


async def failed(request: Request, _error: Exception) -> Response:
    """Starlette logs the exception after this response."""
    return _plain("failed.html", 500)


async def serve_asset(request: Request) -> Response:
    return assets.serve(request)


def _plain(template: str, status: int = 200, **values: str) -> Response:
    """A page without the frame, for somebody who is not signed in."""
    return HTMLResponse(views.environment().get_template(template).render(values), status)


def _guarded(handler: Handler) -> Handler:
    """Refuse a change that another site caused, and log one line for each request."""

    async def handle(request: Request) -> Response:
        began = time.perf_counter()
        if is_from_another_site(request):
            response = _plain("foreign.html", 403)
        else:
            response = await handler(request)
        LOG.info(
            "request",
            extra={
                "method": request.method,
                "path": _without_ids(request.url.path),
                "status": response.status_code,
                "milliseconds": round(1000 * (time.perf_counter() - began)),
            },
        )
        return response

    return handle


def _without_ids(path: str) -> str:
    return re.sub(r"[a-z]{1,30}_[0-9a-z]{20,}", "…", path)


def _is_script(request: Request) -> bool:
    """Whether static/upload.js sent the form. It reads JSON."""
    return request.headers.get("accept") == "application/json"


async def _posted(request: Request) -> Posted:
    """The content of a form; empty if its fields are too large or malformed."""
    if request.headers.get("content-type", "").startswith("multipart/form-data"):
        return await _with_file(request)
    raw = await request.body()
    if len(raw) > MAX_FORM_BYTES:
        return Posted(())
    try:
        return Posted(tuple(parse_qsl(raw.decode(), keep_blank_values=True, max_num_fields=MAX_FIELDS)))
    except ValueError:
        return Posted(())


async def _with_file(request: Request) -> Posted:
    """A form with a file, whose name is not used. Lambda's limit of 6 MB is that of the whole form."""
    limits = {"max_files": 1, "max_fields": MAX_FIELDS, "max_part_size": MAX_FORM_BYTES}
    try:
        async with request.form(**limits) as content:
            parts = content.multi_items()
            fields = tuple((name, value) for name, value in parts if isinstance(value, str))
            files = [value for _, value in parts if not isinstance(value, str)]
            return Posted(fields, await files[0].read() if files else None)
    except HTTPException:  # Starlette's, if the form is malformed or over a limit
        return Posted(())


def _client(request: Request, text: str) -> client.Client:
    """The API for a session. The address is what API Gateway saw: anybody can send X-Forwarded-For."""
    address = request.client.host if request.client else ""
    return client.Client(text, address, request.headers.get("user-agent", ""))


def build() -> Starlette:
    return Starlette(
        routes=[
            Route("/static/{name}", serve_asset),
            Route("/sign-in", _guarded(show_sign_in), methods=["GET"]),
            Route("/sign-in", _guarded(start_sign_in), methods=["POST"]),
            Route("/signed-in", _guarded(finish_sign_in), methods=["GET"]),
            Route("/sign-out", _guarded(sign_out), methods=["POST"]),
            Route("/switch", _guarded(switch), methods=["POST"]),
            *_pages(),
        ],
        middleware=[Middleware(SecurityHeaders)],
        exception_handlers={404: not_found, 405: not_found, 500: failed},
    )
