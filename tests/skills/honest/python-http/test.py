"""A server on loopback in a thread, and its client."""
import functools
import http.server
import threading
import urllib.request

handler = functools.partial(http.server.SimpleHTTPRequestHandler, directory=".")
with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
    threading.Thread(target=server.serve_forever, daemon=True).start()
    url = "http://127.0.0.1:%d/index.html" % server.server_port
    assert urllib.request.urlopen(url, timeout=5).read() == b"<p>hello</p>\n"
    server.shutdown()
print("served")
