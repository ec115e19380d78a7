import os
import socket

path = "/tmp/daemon.sock"
server = socket.socket(socket.AF_UNIX)
server.bind(path)
server.listen()
client = socket.socket(socket.AF_UNIX)
client.connect(path)
peer, _ = server.accept()
client.sendall(b"ping\n")
assert peer.recv(16) == b"ping\n"
os.unlink(path)
print("pong")
