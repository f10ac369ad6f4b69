"""A process with a bucket of as many keys as it is told, which it lists as S3 does."""

from __future__ import annotations

import sys
from bisect import bisect_left, bisect_right
from urllib.parse import parse_qsl

from werkzeug.serving import WSGIRequestHandler, make_server

PAGE = 1000
OBJECT = (
    "<Contents><Key>{}</Key><LastModified>2026-01-01T00:00:00.000Z</LastModified>"
    "<ETag>&quot;d41d8cd98f00b204e9800998ecf8427e&quot;</ETag><Size>69</Size>"
    "<StorageClass>STANDARD</StorageClass></Contents>"
)


class Quiet(WSGIRequestHandler):
    protocol_version = "HTTP/1.1"

    def log(self, *_arguments):
        pass


def serve(count):
    keys = [f"{folder}/{i // 1000:03}/{i:06}.png" for folder in ("in", "out") for i in range(count)]

    def answer(environ, start_response):
        query = dict(parse_qsl(environ["QUERY_STRING"]))
        prefix, token = query.get("prefix", ""), query.get("continuation-token")
        first = bisect_right(keys, token) if token else bisect_left(keys, prefix)
        page = [key for key in keys[first : first + PAGE] if key.startswith(prefix)]
        more = len(page) == PAGE
        body = f"<IsTruncated>{str(more).lower()}</IsTruncated>"
        if more:
            body += f"<NextContinuationToken>{page[-1]}</NextContinuationToken>"
        body += "".join(map(OBJECT.format, page))
        data = f"<ListBucketResult>{body}</ListBucketResult>".encode()
        headers = [("Content-Type", "application/xml"), ("Content-Length", str(len(data)))]
        start_response("200 OK", headers)
        return [data]

    server = make_server("127.0.0.1", 0, answer, threaded=True, request_handler=Quiet)
    print(server.server_port, flush=True)
    server.serve_forever()


if __name__ == "__main__":
    serve(int(sys.argv[1]))
