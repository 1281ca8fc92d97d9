"""Our event-stream frames against two independent codecs: botocore's decoder, and an encoder
written here from the specification. BEDPLATE_EVENT_FRAME_TOOL names the program built from
event_frame_tool.cpp; ctest sets it."""

import json
import os
import random
import struct
import subprocess
import unittest
import zlib

TOOL = os.environ.get("BEDPLATE_EVENT_FRAME_TOOL")

TRUE, FALSE, BYTE, SHORT, INTEGER, LONG, BYTES, STRING, TIMESTAMP, UUID = range(10)
INTEGERS = {BYTE: ">b", SHORT: ">h", INTEGER: ">i", LONG: ">q", TIMESTAMP: ">q"}


def encode(headers, payload):
    """A frame by the specification; headers are (name, type, value)."""
    encoded = b""
    for name, kind, value in headers:
        encoded += bytes([len(name)]) + name.encode() + bytes([kind])
        if kind in INTEGERS:
            encoded += struct.pack(INTEGERS[kind], value)
        elif kind == UUID:
            encoded += value
        elif kind in (BYTES, STRING):
            encoded += struct.pack(">H", len(value)) + value
    prelude = struct.pack(">II", 16 + len(encoded) + len(payload), len(encoded))
    message = prelude + struct.pack(">I", zlib.crc32(prelude)) + encoded + payload
    return message + struct.pack(">I", zlib.crc32(message))


def random_headers(chance):
    headers = []
    for index in range(chance.randrange(12)):
        kind = chance.randrange(10)
        value = None
        if kind in INTEGERS:
            bits = 8 * struct.calcsize(INTEGERS[kind]) - 1
            value = chance.randrange(-(1 << bits), 1 << bits)
        elif kind == UUID:
            value = chance.randbytes(16)
        elif kind == BYTES:
            value = chance.randbytes(chance.randrange(300))
        elif kind == STRING:
            value = "".join(chance.choices("aé€😀\n\0", k=chance.randrange(50))).encode()
        headers.append((f"header-{index}", kind, value))
    return headers


def as_json(headers, payload):
    return {
        "headers": [{
            "name": name,
            "type": kind,
            "number": value if kind in INTEGERS else 0,
            "bytes": value.hex() if isinstance(value, bytes) else "",
        } for name, kind, value in headers],
        "payload": payload.hex(),
    }


def as_botocore(headers):
    plain = {TRUE: True, FALSE: False}
    values = {}
    for name, kind, value in headers:
        if kind == STRING:
            value = value.decode()
        values[name] = plain.get(kind, value)
    return values


@unittest.skipUnless(TOOL, "BEDPLATE_EVENT_FRAME_TOOL is not set")
class EventStreamVectors(unittest.TestCase):
    def ask(self, lines):
        done = subprocess.run([TOOL], input="\n".join(lines) + "\n", text=True,
                              capture_output=True, timeout=60, check=True)
        return done.stdout.splitlines()

    def frames(self):
        chance = random.Random(20260102)
        return [(random_headers(chance), chance.randbytes(chance.randrange(500)))
                for _ in range(300)]

    def test_we_encode_as_the_specification_says(self):
        frames = self.frames()
        ours = self.ask([json.dumps(as_json(*frame)) for frame in frames])
        self.assertEqual(ours, [encode(*frame).hex() for frame in frames])

    def test_we_decode_what_the_specification_encodes(self):
        frames = self.frames()
        ours = self.ask([encode(*frame).hex() for frame in frames])
        self.assertEqual([json.loads(line) for line in ours],
                         [as_json(*frame) for frame in frames])

    def test_botocore_decodes_what_we_encode(self):
        from botocore.eventstream import EventStreamBuffer

        frames = self.frames()
        ours = self.ask([json.dumps(as_json(*frame)) for frame in frames])
        buffer = EventStreamBuffer()
        for line in ours:
            buffer.add_data(bytes.fromhex(line))
        messages = list(buffer)
        self.assertEqual(len(messages), len(frames))
        for message, (headers, payload) in zip(messages, frames):
            self.assertEqual(message.headers, as_botocore(headers))
            self.assertEqual(message.payload, payload)

    def test_we_refuse_what_botocore_refuses(self):
        from botocore.eventstream import EventStreamBuffer, ParserError

        chance = random.Random(7)
        lines = []
        for headers, payload in self.frames()[:100]:
            frame = bytearray(encode(headers, payload))
            frame[chance.randrange(len(frame))] ^= 1 << chance.randrange(8)
            buffer = EventStreamBuffer()
            with self.assertRaises(ParserError):
                buffer.add_data(bytes(frame))
                next(buffer)
            lines.append(frame.hex())
        for answer in self.ask(lines):
            self.assertTrue(answer.startswith("error: "), answer)

    def test_the_frames_that_every_sdk_tests(self):
        self.assertEqual(self.ask([json.dumps(as_json([], b""))]),
                         ["000000100000000005c248eb7d98c8ff"])


if __name__ == "__main__":
    unittest.main()
