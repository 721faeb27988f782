"""A warm page of the dashboard: the time from its event to its last byte, relative to the API call that it makes.

Both the dashboard's function and the endpoint run under Lambda's runtime client. The endpoint receives the request of
the page over HTTP, as API Gateway would pass it on, with a fake AWS that responds at once. The bare call sends the same
request without the dashboard. So the ratio contains what the dashboard adds: its frame, its client and its HTML.
"""

from __future__ import annotations

import http.client
import time
from contextlib import ExitStack
from statistics import quantiles
from typing import TYPE_CHECKING

from tools.bench import cold, functions, layout, samples
from tools.bench.fake_aws import API, FakeAws
from tools.bench.items import Tables
from tools.bench.layout import DASHBOARD
from tools.bench.runtime import Runtime, running
from tools.bench.server import Request, Response, Server

if TYPE_CHECKING:
    from tools.bench.server import Handler

ENDPOINT = "leads/list"
WARM_UP_INVOCATIONS = 50
"""The first of each, which open connections and fill caches."""


def main(invocations: int) -> int:
    """Print the table."""
    fake_aws = FakeAws()
    aws = Server(fake_aws.respond)
    endpoint = f"http://127.0.0.1:{aws.port}"
    fake_aws.tables = Tables(hooks=f"{endpoint}/hooks")
    measured = {function.folder: function for function in functions.of_template(endpoint)}
    built = layout.lay_out([ENDPOINT, DASHBOARD])
    with ExitStack() as stack:
        function = stack.enter_context(
            running(built, built.task(ENDPOINT), measured[ENDPOINT].environment, layout.SCRATCH / "api.log")
        )
        api = Server(_api(function))
        stack.callback(api.close)
        environment = {
            **measured[DASHBOARD].environment,
            "API_URL": f"http://127.0.0.1:{api.port}{API}",
        }
        page = stack.enter_context(
            running(built, built.task(DASHBOARD), environment, layout.SCRATCH / "function.log")
        )
        pages, calls = _measure(page, api.port, invocations)
    aws.close()
    print(f"{invocations} pages of leads and bare calls, in turn")
    print(f"{'':4} {'page ms':>8} {'call ms':>8} {'ratio':>6}")
    for name, ours, bare in zip(("p50", "p99"), pages, calls, strict=True):
        print(f"{name:4} {ours * 1000:8.3f} {bare * 1000:8.3f} {ours / bare:6.2f}")
    return 0


def _measure(page: Runtime, port: int, invocations: int) -> tuple[tuple[float, float], tuple[float, float]]:
    event = samples.sample(DASHBOARD)
    pages, calls = [], []
    connection = http.client.HTTPConnection("127.0.0.1", port)
    for number in range(WARM_UP_INVOCATIONS + invocations):
        shown = page.invoke(event)
        cold.check(DASHBOARD, shown.response)
        seconds = _call(connection)
        if number >= WARM_UP_INVOCATIONS:
            pages.append(shown.seconds)
            calls.append(seconds)
        # The pause lets a function finish its clean-up before the next request.
        time.sleep(0.001)
    return _p50_and_p99(pages), _p50_and_p99(calls)


def _call(connection: http.client.HTTPConnection) -> float:
    begun = time.perf_counter()
    connection.request("GET", f"{API}/leads?limit=25")
    response = connection.getresponse()
    response.read()
    return time.perf_counter() - begun


def _p50_and_p99(seconds: list[float]) -> tuple[float, float]:
    cuts = quantiles(seconds, n=100)
    return cuts[49], cuts[98]


def _api(function: Runtime) -> Handler:
    """The HTTP side of API Gateway for one endpoint."""
    event = samples.sample(ENDPOINT)
    parameters = {"limit": "25"}
    event |= {
        "queryStringParameters": parameters,
        "multiValueQueryStringParameters": {name: [value] for name, value in parameters.items()},
    }

    def respond(_request: Request) -> Response:
        response = function.invoke(event).response
        cold.check(ENDPOINT, response)
        return Response(response["statusCode"], response["body"].encode(), response["headers"])

    return respond
