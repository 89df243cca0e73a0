"""The sample agency of `make demo`: people, papers and cases as an agency has them, made with the services alone.

Everybody in it is invented, and so is what their consulates ask. The sample papers are all those of one person.
"""
