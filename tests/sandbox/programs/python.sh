# SPDX-License-Identifier: MIT
# What of Python the modules of its own tests leave out.
# Runtime: host
# Needs: python3
set -eu
cd /tmp
python3 -m venv --without-pip venv
test "$(venv/bin/python -c 'import sys; print(sys.prefix)')" = /tmp/venv
cat > pool.py << 'P'
import concurrent.futures, multiprocessing, os, queue
from multiprocessing import shared_memory

def square(n):
    return n * n

if __name__ == "__main__":
    for how in ("fork", "spawn", "forkserver"):
        context = multiprocessing.get_context(how)
        with context.Pool(2) as pool:
            assert pool.map(square, range(9)) == [n * n for n in range(9)], how
        with concurrent.futures.ProcessPoolExecutor(2, mp_context=context) as pool:
            assert sum(pool.map(square, range(9))) == 204, how
    with multiprocessing.Manager() as manager:
        assert manager.dict(a=1)["a"] == 1
    block = shared_memory.SharedMemory(create=True, size=1 << 20)
    block.buf[0] = 7
    again = shared_memory.SharedMemory(name=block.name)
    assert again.buf[0] == 7
    again.close()
    block.close()
    block.unlink()
P
python3 pool.py
python3 -c '
import ctypes.util, locale, os, platform, socket, sqlite3, tempfile, time
locale.setlocale(locale.LC_ALL, "")
assert locale.getpreferredencoding() == "UTF-8"
assert os.cpu_count() >= 1 and len(os.sched_getaffinity(0)) >= 1
assert socket.getservbyname("http") == 80
assert socket.gethostbyname("localhost") == "127.0.0.1"
assert time.tzname[0] == "UTC" and platform.machine()
assert ctypes.CDLL(ctypes.util.find_library("c") or "libc.so.6").getpid() == os.getpid()
os.sched_setparam(0, os.sched_param(0))
os.sched_setscheduler(0, os.SCHED_BATCH, os.sched_param(0))
with sqlite3.connect(tempfile.mkstemp()[1]) as db:
    assert db.execute("select sqlite_version()").fetchone()
'
echo ok
