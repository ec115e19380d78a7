import unittest

from slug import slug


class Slug(unittest.TestCase):
    def test_words(self):
        self.assertEqual(slug("Good Morning, you!"), "good-morning-you")

    def test_nothing(self):
        self.assertEqual(slug("--"), "")
