"""A bare HTTPS server in its own process that answers from memory, so that clients are measured.

    python server.py CERTIFICATE KEY DEVICES

prints its port and serves HTTP/1.1 until its standard input closes. ``ListDevices`` is answered
with as many devices, everything else with nothing but a request id.
"""

from __future__ import annotations

import asyncio
import json
import ssl
import sys

SMALL = json.dumps({"Response": {"RequestId": "8f3c6c1e-6a4c-4f0e-9a0e-5b9f3f5f7a10"}}).encode()


def devices(count: int) -> bytes:
    """Return a page of devices as the cloud spells it."""
    data = [
        {
            "DeviceId": f"f8656fa3-e7fa-4cad-a4cc-{number:012d}",
            "Code": f"61013200001320{number:06d}",
            "Status": number % 4,
            "TransportProtocol": 1 + number % 2,
            "Name": f"设备 {number}",
            "Type": 1 + number % 2,
            "Password": "11111111",
            "Description": "",
            "ClusterId": "b2181417-03ce-4ea3-ae39-000000000001",
            "ClusterName": "上海1",
            "AccessProtocol": 1 + number % 4,
            "OrganizationId": str(number % 50),
            "ChannelNum": 1 + number % 16,
        }
        for number in range(count)
    ]
    response = {"Data": data, "TotalCount": count, "RequestId": "8f3c6c1e"}
    return json.dumps({"Response": response}, ensure_ascii=False).encode()


def answer(body: bytes) -> bytes:
    """Return a whole HTTP answer."""
    head = (
        "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
        "Date: Tue, 24 Nov 2026 04:00:00 GMT\r\n"
        f"Content-Length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body


async def serve(context: ssl.SSLContext, count: int) -> None:
    """Serve until the standard input closes."""
    small, page = answer(SMALL), answer(devices(count))

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while True:
                head = (await reader.readuntil(b"\r\n\r\n")).lower()
                length = int(head.partition(b"content-length:")[2].partition(b"\r\n")[0] or 0)
                await reader.readexactly(length)
                writer.write(page if b"x-tc-action: listdevices" in head else small)
        except (asyncio.IncompleteReadError, ConnectionError):
            writer.close()

    server = await asyncio.start_server(talk, "127.0.0.1", 0, ssl=context)
    print(server.sockets[0].getsockname()[1], flush=True)  # noqa: T201  # the parent reads it
    await asyncio.to_thread(sys.stdin.read)


if __name__ == "__main__":
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    tls.load_cert_chain(sys.argv[1], sys.argv[2])
    asyncio.run(serve(tls, int(sys.argv[3])))
