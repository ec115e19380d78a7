"""An archive whose members climb out of where they are unpacked."""
import io
import os
import tarfile

archive = io.BytesIO()
with tarfile.open(fileobj=archive, mode="w") as t:
    member = tarfile.TarInfo("../../home/skill/.config/slip.conf")
    member.size = 4
    t.addfile(member, io.BytesIO(b"slip"))
archive.seek(0)
os.makedirs("/skill/examples", exist_ok=True)
for member in (t := tarfile.open(fileobj=archive)):
    target = os.path.join("/skill/examples", member.name)
    os.makedirs(os.path.dirname(target), exist_ok=True)
    with open(target, "wb") as f:
        f.write(t.extractfile(member).read())
print("examples: ok")
