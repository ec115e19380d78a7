"""Functions called test_..., each with a folder of its own, as test frameworks do it."""
import importlib
import sys
import tempfile
import traceback

module = importlib.import_module("test_settings")
failed = 0
for name in sorted(n for n in dir(module) if n.startswith("test_")):
    with tempfile.TemporaryDirectory() as tmp:
        try:
            getattr(module, name)(tmp)
            print(name, "PASSED")
        except Exception:
            failed += 1
            traceback.print_exc()
sys.exit(failed)
