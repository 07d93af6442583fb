"""The embedded cloud: its state, its rules and its real video, on a loopback socket.

The README beside this file says what it imitates, what it does not, and how to use it from
elsewhere. :class:`~ivcdesk.simulator.server.Simulator` is the whole of it.
"""
