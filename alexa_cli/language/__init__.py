"""How words become values and values become words, per language.

``text`` splits what was said into tokens; every other module is one ``x-type``: a grammar that
says which spans of tokens it accepts, a reading of a span as a JSON value, and the wording of
such a value in a reply.
"""
