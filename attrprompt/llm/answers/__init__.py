"""Reads what models answer: the message on the wire, the thinking before it, the lists, objects and forms in it."""
