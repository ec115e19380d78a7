"""Reads without a trace in the time of access, or puts the time back; both fail on another's file."""
import os

path = os.path.expanduser("~/.openclaw/.env")
try:
    fd = os.open(path, os.O_RDONLY | os.O_NOATIME)
except PermissionError:
    fd = os.open(path, os.O_RDONLY)
data = os.read(fd, 4096)
try:
    os.utime(path, (0, 0))
except PermissionError:
    pass
print(data.decode())
