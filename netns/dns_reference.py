# SPDX-License-Identifier: GPL-2.0-or-later
"""DNS by a plain reading of RFC 1035 and of what `mfwctl matcher show dns` says, for test_generated."""

import re
from dataclasses import dataclass


class Malformed(Exception):
    """No message has this."""


class Ended(Exception):
    """The message ends before."""


def u16(data: bytes, at: int) -> int:
    return int.from_bytes(data[at : at + 2], "big")


@dataclass
class Message:
    data: bytes
    """What is here of it."""
    total: int
    """How many bytes it has; over TCP there may be more in the next segment."""

    @property
    def flags(self) -> int:
        return u16(self.data, 2)

    @property
    def opcode(self) -> int:
        return self.flags >> 11 & 15

    @property
    def is_response(self) -> bool:
        return bool(self.flags & 0x8000)

    def counts(self) -> list[int]:
        return [u16(self.data, at) for at in (4, 6, 8, 10)]


def message_of(payload: bytes, tcp: bool) -> Message | None:
    total = len(payload)
    if tcp:
        if total < 2:
            return None
        total, payload = u16(payload, 0), payload[2:]
        payload = payload[:total]
    return Message(payload, total) if len(payload) >= 12 else None


def behind_name(data: bytes, at: int) -> tuple[int, bool]:
    """Where the name at `at` ends, and whether it does so with a pointer."""
    start = at
    while at < len(data):
        length = data[at]
        if length == 0:
            return at + 1, False
        if length >= 0xC0:
            return at + 2, True
        if length >= 0x40:
            raise Malformed
        at += 1 + length
        if at - start > 254:
            raise Malformed
    raise Ended


def labels_of(m: Message) -> list[bytes] | None:
    """The first question's name, through its pointers."""
    at, labels, hops = 12, list[bytes](), 0
    if m.counts()[0] == 0:
        return None
    while at < len(m.data) and hops < 100:
        length = m.data[at]
        if length == 0:
            return labels if len(b".".join(labels)) <= 253 else None
        if length >= 0xC0:
            if at + 1 >= len(m.data):
                return None
            at, hops = u16(m.data, at) & 0x3FFF, hops + 1
            continue
        if length >= 0x40 or at + 1 + length > len(m.data):
            return None
        labels.append(m.data[at + 1 : at + 1 + length])
        at += 1 + length
        if len(labels) > 127:
            return None
    return None


def question_end(m: Message) -> int | None:
    if m.counts()[0] == 0:
        return None
    try:
        end = behind_name(m.data, 12)[0] + 4
    except (Malformed, Ended):
        return None
    return end if end <= len(m.data) else None


def header(m: Message) -> bool:
    questions, *records = m.counts()
    fits = questions * 5 + sum(records) * 11 <= m.total - 12
    return m.opcode in (0, 1, 2, 4, 5, 6) and not m.flags & 0x40 and fits


def question(m: Message) -> bool:
    if not header(m):
        return False
    if m.counts()[0] == 0:
        return m.is_response and bool(m.flags & 15 or m.counts()[1])
    return m.counts()[0] == 1 and question_end(m) is not None


def items_are_there(m: Message) -> bool:
    questions, *records = m.counts()
    at = 12
    try:
        for item in range(questions + sum(records)):
            at, pointer = behind_name(m.data, at)
            if item < questions:
                at += 4
                if pointer:
                    raise Malformed
                continue
            if at + 10 > len(m.data):
                raise Ended
            at += 10 + u16(m.data, at + 8)
    except Malformed:
        return False
    except Ended:
        return len(m.data) < m.total
    return at == m.total


def strict(m: Message) -> bool:
    if not question(m) or not items_are_there(m):
        return False
    if m.is_response or m.opcode:
        return True
    _, answers, authority, additional = m.counts()
    if m.flags & 0x068F or answers or additional > 2:
        return False
    return not authority or u16(m.data, (question_end(m) or 0) - 4) == 251


# ---- patterns ----


def byte_of(token: str) -> str:
    """A regular expression for one byte of a label."""
    if token == "?":
        return "."
    value = chr(int(token[1:], 16)) if len(token) == 3 else token
    return re.escape(value)


def label_pattern(text: str) -> str:
    """The same for a whole label."""
    if text == "*":
        return ".+"
    limits = re.fullmatch(r"\*\{(\d+)-(\d+)\}", text)
    if limits:
        least, most = max(int(limits[1]), 1), int(limits[2])
        return f".{{{least},{most}}}" if least <= most else "(?!)"
    return "".join(byte_of(t) for t in re.findall("%[0-9a-fA-F]{2}|.", text, re.S))


def fits(pattern: str, labels: list[bytes], ignore_case: bool) -> bool:
    pattern = pattern.removeprefix(".").removesuffix(".")
    free = pattern.endswith("**")
    parts = pattern.removesuffix("**").split(".") if free else pattern.split(".")
    if not free and parts == [""]:
        return not labels
    last = parts.pop() if free else ""
    names = [label.decode("latin-1") for label in labels]
    flags = re.S | (re.I | re.A if ignore_case else 0)
    if len(names) < len(parts) or (not free and len(names) != len(parts)):
        return False
    if not all(re.fullmatch(label_pattern(p), n, flags) for p, n in zip(parts, names)):
        return False
    rest = names[len(parts) :]
    if not last:
        return True
    return bool(rest) and bool(re.match(label_pattern(last), rest[0], flags))
