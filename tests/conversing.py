"""Raw Converse requests, for tests that must see bytes, hang up, or do several things at once."""

from __future__ import annotations

import json

from signed_http import Frame, RawConnection, SignedHttp, decode_frames

MODEL = "anthropic.claude-3-haiku-20240307-v1:0"


def body(text: str = "Hello", **inference) -> bytes:
    document: dict = {"messages": [{"role": "user", "content": [{"text": text}]}]}
    if inference:
        document["inferenceConfig"] = inference
    return json.dumps(document).encode()


def request(
    http: SignedHttp, operation: str = "converse", model: str = MODEL, **inference
) -> bytes:
    return http.request_bytes("POST", f"/model/{model}/{operation}", body(**inference))


def ask(http: SignedHttp, model: str = MODEL, **inference):
    """One Converse call; gives the raw response."""
    return http.send_bytes(request(http, model=model, **inference))


class Stream:
    """A ConverseStream call whose frames are read one by one."""

    def __init__(self, http: SignedHttp, model: str = MODEL, timeout: float = 30, **inference):
        self.connection: RawConnection = http.connect(timeout)
        self.connection.send(request(http, "converse-stream", model, **inference))
        self._chunks = None
        self._waiting: list[Frame] = []

    def head(self):
        head = self.connection.read_head()
        assert head.status == 200, head.head_bytes
        self._chunks = self.connection.read_chunks()
        return head

    def next_frame(self) -> Frame:
        """The next frame. Raises StopIteration at the end, ConnectionError when it breaks off."""
        if self._chunks is None:
            self.head()
        while not self._waiting:
            self._waiting = decode_frames(next(self._chunks))
        return self._waiting.pop(0)

    def until(self, event: str) -> Frame:
        while (frame := self.next_frame()).event != event:
            pass
        return frame

    def rest(self) -> list[Frame]:
        """All further frames; the stream must end as HTTP says."""
        frames = []
        while True:
            try:
                frames.append(self.next_frame())
            except StopIteration:
                return frames

    def close(self) -> None:
        self.connection.close()

    def __enter__(self) -> Stream:
        return self

    def __exit__(self, *_) -> None:
        self.close()
