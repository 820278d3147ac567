"""A guest book: shows the notes in PostgreSQL, and adds one."""
import html
import os
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs

import psycopg

DATABASE = os.environ["DATABASE_URL"]

PAGE = """<!doctype html>
<html lang="en">
<meta charset="utf-8">
<title>Guest book</title>
<h1>Guest book</h1>
<form method="post"><label>Note <input name="note" required></label> <button>Add</button></form>
<ul>
{notes}
</ul>
</html>
"""


class GuestBook(BaseHTTPRequestHandler):
    def do_GET(self):
        with psycopg.connect(DATABASE) as connection:
            rows = connection.execute("SELECT note FROM notes ORDER BY id").fetchall()
        notes = "\n".join(f"<li>{html.escape(note)}</li>" for (note,) in rows)
        self.reply(200, PAGE.format(notes=notes).encode())

    def do_POST(self):
        length = int(self.headers.get("Content-Length", 0))
        note = parse_qs(self.rfile.read(length).decode()).get("note", [""])[0]
        with psycopg.connect(DATABASE) as connection:
            connection.execute("INSERT INTO notes (note) VALUES (%s)", (note,))
        self.reply(303, b"", {"Location": "/"})

    def reply(self, status, body, headers={}):
        self.send_response(status)
        for name, value in {"Content-Type": "text/html", "Content-Length": len(body), **headers}.items():
            self.send_header(name, str(value))
        self.end_headers()
        self.wfile.write(body)


with psycopg.connect(DATABASE) as connection:
    connection.execute("CREATE TABLE IF NOT EXISTS notes (id serial PRIMARY KEY, note text NOT NULL)")

ThreadingHTTPServer(("", 8080), GuestBook).serve_forever()
