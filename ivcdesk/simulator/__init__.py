"""The embedded cloud: its state, its rules and its real video, on a loopback socket.

What it imitates
----------------
- The actions in :data:`ivcdesk.simulator.handlers.HANDLERS`, with state that hangs together: what
  is changed is seen by every later call, and the counts of the tree agree with the devices. All
  other actions answer ``InvalidAction``.
- Signature method v3, verified for real; wrong keys, old timestamps, tokens, unknown, missing and
  mistyped parameters, wrong regions and more than 20 calls a second are refused with the codes of
  the reference, and so are devices that are offline, disabled or unregistered.
- Cameras that turn, zoom and keep presets; ``--ptz`` chooses between devices that make one small
  move a call, that run on until the next call, and that answer late.
- Thirty days of recordings a channel in the cloud and on the device, computed from the seed, with
  the gaps that networks, disks, power cuts and schedules make. Recorders list files of half an
  hour, some overlapping, some out of order.
- Faults on purpose, on API calls and on streams, and a clock that can be moved.

What it does not
----------------
- Devices do not speak SIP, RTMP or any other protocol to it: they exist as state alone.
- A quota, bill, sub-account or permission does not exist; there is one key pair, new in every run.
- ``IsInternal``, ``CorrectTimestamp``, ``IsContainUser`` and ``CurrentUin`` are accepted and change
  nothing. No RTMP address is given for live streams.
- A preset that was never set is passed over without an error, as most devices do.
- Limits that the reference does not state (length of a keyword, life of an address) are guesses.
"""
