"""A chat: a page, and on the same port a WebSocket that tells all what one says."""
import asyncio
from contextlib import suppress
from http import HTTPStatus
from pathlib import Path

from websockets.asyncio.server import broadcast, serve
from websockets.exceptions import ConnectionClosedError

PAGE = Path("/page.html").read_text()
people = set()


async def listen(one):
    people.add(one)
    # Most browsers just go away.
    with suppress(ConnectionClosedError):
        async for text in one:
            broadcast(people, text)
    people.remove(one)


def page(connection, request):
    """Whoever does not ask for a WebSocket gets the page."""
    if request.headers.get("Upgrade", "").lower() == "websocket":
        return None
    response = connection.respond(HTTPStatus.OK, PAGE)
    del response.headers["Content-Type"]
    response.headers["Content-Type"] = "text/html"
    return response


async def main():
    async with serve(listen, "", 8080, process_request=page, max_size=4096) as server:
        await server.serve_forever()


asyncio.run(main())
