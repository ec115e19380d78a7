import os
import unittest


class Live(unittest.TestCase):
    @unittest.skipUnless(os.environ.get("ANTHROPIC_API_KEY"), "no key")
    def test_models(self):
        import urllib.request

        request = urllib.request.Request("http://model.example/", headers={"x-api-key": os.environ["ANTHROPIC_API_KEY"]})
        urllib.request.urlopen(request)

    def test_offline(self):
        self.assertEqual("a-b".split("-"), ["a", "b"])


unittest.main(verbosity=2)
