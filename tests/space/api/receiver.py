"""A receiver of webhooks in a process of its own: writes down what comes, answers what it is told to."""

from __future__ import annotations

import json
import sys
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path


class Receiver(BaseHTTPRequestHandler):
    """Answers with the first status of the file `answers`, 200 when it is used up."""

    folder: Path

    def do_POST(self) -> None:
        """Take a message."""
        body = self.rfile.read(int(self.headers["Content-Length"])).decode()
        answers = self.folder / "answers"
        wanted = answers.read_text().split() if answers.exists() else []
        status = int(wanted.pop(0)) if wanted else 200
        answers.write_text(" ".join(wanted))
        with (self.folder / "got.jsonl").open("a", encoding="utf-8") as out:
            headers = {name.lower(): value for name, value in self.headers.items()}
            out.write(json.dumps({"headers": headers, "body": body, "status": status}) + "\n")
        self.send_response(status)
        if status in (301, 302):
            self.send_header("Location", "http://127.0.0.1:1/elsewhere")
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Say nothing."""


if __name__ == "__main__":
    Receiver.folder = Path(sys.argv[1])
    server = HTTPServer(("127.0.0.1", 0), Receiver)
    (Receiver.folder / "port").write_text(str(server.server_port))
    server.serve_forever()
