# SPDX-License-Identifier: ISC
"""Differences that are known, each with its reason: lines 'category name what | reason', where
'*' stands for anything. What differs and is not listed is unexplained; what is listed but
does not differ any more is stale, and told too, so that the list stays true."""
import collections
import re


def read_patterns(path):
    """Patterns to their lines."""
    patterns = {}
    with open(path, encoding="utf8") as file:
        lines = [line.strip() for line in file]
    for line in lines:
        if not line or line.startswith("#"):
            continue
        key, _, reason = line.partition(" | ")
        if not reason:
            raise SystemExit("%s: no reason given: %s" % (path, line))
        patterns[re.compile(re.escape(key.strip()).replace(r"\*", ".*"))] = line
    return patterns


class Tally:
    """Counts what was compared, by category, and sorts what differs."""

    def __init__(self, path):
        self.explained = read_patterns(path)
        self.used, self.unexplained = set(), []
        self.counts = collections.OrderedDict()

    def begin(self, category):
        self.count(category, "explained", 0)
        self.count(category, "UNEXPLAINED", 0)

    def count(self, category, what, number=1):
        self.counts.setdefault(category, collections.Counter())[what] += number

    def difference(self, category, name, what):
        """True: it is listed."""
        key = "%s %s %s" % (category, name, what)
        for pattern in self.explained:
            if pattern.fullmatch(key):
                self.used.add(pattern)
                self.count(category, "explained")
                return True
        self.count(category, "UNEXPLAINED")
        self.unexplained.append(key)
        return False

    def stale(self):
        return [line for pattern, line in self.explained.items()
                if pattern not in self.used and line.split()[0] in self.counts]

    def print_table(self, headings):
        headings = [heading for heading in headings
                    if any(heading in row for row in self.counts.values())]
        width = max([len(category) for category in self.counts], default=0)
        print(" " * width + "".join("  %s" % heading for heading in headings))
        for category, row in self.counts.items():
            print(category.ljust(width) + "".join("  %*s" % (len(heading), row.get(heading, "-"))
                                                  for heading in headings))
