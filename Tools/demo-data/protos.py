"""A small reader of the event schemas, for checking facts without any library.

Understands what the files under Schemas use: messages, nested messages and enums, optional,
repeated, oneof, and the options named in core/options.proto.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import Path

_TOKEN = re.compile(r'"(?:[^"\\]|\\.)*"|[\w.]+|[{}\[\]();=,:<>-]')


@dataclass
class Field:
    name: str
    kind: str
    label: str  # "", "optional", "repeated" or "oneof"
    options: dict[str, str]


@dataclass
class Message:
    name: str
    fields: dict[str, Field] = field(default_factory=dict)
    event: dict[str, str] = field(default_factory=dict)


@dataclass
class Schemas:
    messages: dict[str, Message] = field(default_factory=dict)
    enums: dict[str, list[str]] = field(default_factory=dict)
    events: dict[str, Message] = field(default_factory=dict)

    def resolve(self, scope: str, kind: str) -> str | None:
        """Full name of a message or enum that `kind` means inside `scope`."""
        parts = scope.split(".")
        while parts:
            full = ".".join([*parts, kind])
            if full in self.messages or full in self.enums:
                return full
            parts.pop()
        return kind if kind in self.messages or kind in self.enums else None


def load(folder: Path) -> Schemas:
    schemas = Schemas()
    for path in sorted(folder.glob("*/*.proto")):
        if path.name in ("events.proto", "values.proto"):
            _Reader(path.read_text(encoding="utf-8"), schemas).file()
    return schemas


class _Reader:
    def __init__(self, text: str, schemas: Schemas):
        text = re.sub(r"//[^\n]*", "", text)
        self.tokens = _TOKEN.findall(text)
        self.index = 0
        self.schemas = schemas
        self.package = ""

    def take(self) -> str:
        self.index += 1
        return self.tokens[self.index - 1]

    def peek(self) -> str:
        return self.tokens[self.index]

    def skip_statement(self) -> None:
        while self.take() != ";":
            pass

    def file(self) -> None:
        while self.index < len(self.tokens):
            word = self.take()
            if word == "package":
                self.package = self.take().removeprefix("taizhang.")
                self.skip_statement()
            elif word == "message":
                self.message(self.package)
            elif word == "enum":
                self.enum(self.package)
            else:
                self.skip_statement()

    def enum(self, scope: str) -> None:
        name = self.take()
        assert self.take() == "{"
        # Words are written without the prefix that repeats the enum's name.
        prefix = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name).upper() + "_"
        words = []
        while (word := self.take()) != "}":
            words.append(word.removeprefix(prefix))
            self.skip_statement()
        self.schemas.enums[f"{scope}.{name}"] = words

    def message(self, scope: str) -> None:
        message = Message(f"{scope}.{self.take()}")
        self.schemas.messages[message.name] = message
        assert self.take() == "{"
        while (word := self.take()) != "}":
            if word == "message":
                self.message(message.name)
            elif word == "enum":
                self.enum(message.name)
            elif word == "option":
                self.message_option(message)
            elif word == "oneof":
                self.take()
                assert self.take() == "{"
                while (kind := self.take()) != "}":
                    self.one_field(message, "oneof", kind)
            elif word in ("optional", "repeated"):
                self.one_field(message, word, self.take())
            elif word == "reserved":
                self.skip_statement()
            else:
                self.one_field(message, "", word)
        if message.event:
            self.schemas.events[message.name.rpartition(".")[2]] = message

    def one_field(self, message: Message, label: str, kind: str) -> None:
        name = self.take()
        options: dict[str, str] = {}
        while (word := self.take()) != ";":
            if word == "(":
                option = self.take().rpartition(".")[2]
                assert self.take() == ")" and self.take() == "="
                options[option] = self.take().strip('"')
        message.fields[name] = Field(name, kind, label, options)

    def message_option(self, message: Message) -> None:
        assert self.take() == "("
        name = self.take().rpartition(".")[2]
        assert self.take() == ")" and self.take() == "="
        if name != "event" or self.peek() != "{":
            self.skip_statement()
            return
        self.take()
        while (key := self.take()) != "}":
            if self.take() == ":":
                message.event[key] = self.take().strip('"')
        assert self.take() == ";"
