// RabbitMQ streams over their own binary protocol (rabbitmq_stream/docs/PROTOCOL.adoc).
//
// rabbitmq fill   --port P --events N       into a fresh stream, 500 events a frame, confirmed
// rabbitmq replay --port P --events N       from the first, in the chunks that the broker stores
#include <arpa/inet.h>
#include <endian.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common.h"
#include "network.h"

enum command {
    declare_publisher = 1, publish = 2, confirm = 3, publish_error = 4, subscribe = 7, deliver = 8,
    credit = 9, create = 13, delete_stream = 14, peer_properties = 17, handshake = 18,
    authenticate = 19, tune = 20, open_host = 21,
};
enum {
    response_bit = 0x8000, ok = 1, frame_max = 8 << 20, chunk_header = 48, credits = 50,
    events_per_frame = 500, events_in_flight_max = 5000,
};
static const char stream_name[] = "events";

struct frame {
    size_t size;
    char bytes[events_per_frame * (payload_size + 64) + 64];
};

static void put(struct frame *frame, const void *bytes, size_t size) {
    memcpy(frame->bytes + frame->size, bytes, size);
    frame->size += size;
}
static void put8(struct frame *frame, uint8_t value) { put(frame, &value, 1); }
static void put16(struct frame *frame, uint16_t value) {
    value = htobe16(value);
    put(frame, &value, 2);
}
static void put32(struct frame *frame, uint32_t value) {
    value = htobe32(value);
    put(frame, &value, 4);
}
static void put64(struct frame *frame, uint64_t value) {
    value = htobe64(value);
    put(frame, &value, 8);
}
static void put_text(struct frame *frame, const char *text) {
    put16(frame, (uint16_t)strlen(text));
    put(frame, text, strlen(text));
}

static uint16_t get16(const char *at) {
    uint16_t value;
    memcpy(&value, at, 2);
    return be16toh(value);
}
static uint32_t get32(const char *at) {
    uint32_t value;
    memcpy(&value, at, 4);
    return be32toh(value);
}
static uint64_t get64(const char *at) {
    uint64_t value;
    memcpy(&value, at, 8);
    return be64toh(value);
}

// A frame begins with its length, a command and the protocol's version 1.
static void begin(struct frame *frame, enum command command) {
    frame->size = 4;
    put16(frame, (uint16_t)command);
    put16(frame, 1);
}

static void send_frame(int socket, struct frame *frame) {
    uint32_t size = htobe32((uint32_t)frame->size - 4);
    memcpy(frame->bytes, &size, 4);
    write_all(socket, frame->bytes, frame->size);
}

// The next frame, without its length; it is valid until the next call.
static char *next_frame(int socket, struct inbox *in, size_t *size, size_t *used) {
    inbox_drop(in, *used);
    *used = 0;
    while (in->count < 4 || in->count < 4 + (size_t)get32(in->bytes)) inbox_fill(in, socket);
    *size = get32(in->bytes);
    *used = 4 + *size;
    return in->bytes + 4;
}

// Waits for the response to a command and returns its code.
static int response(int socket, struct inbox *in, enum command command) {
    size_t size, used = 0;
    char *frame;
    do frame = next_frame(socket, in, &size, &used);
    while (get16(frame) != (response_bit | command));
    int code = get16(frame + 8);
    inbox_drop(in, used);
    return code;
}

static void expect_ok(int socket, struct inbox *in, enum command command) {
    int code = response(socket, in, command);
    if (code != ok) die("rabbitmq: command %d: code %d", command, code);
}

static int open_connection(int port, struct inbox *in, struct frame *frame) {
    static const char credentials[] = "\0guest\0guest";
    int socket = connect_to(port);
    begin(frame, peer_properties);
    put32(frame, 1);
    put32(frame, 0);
    send_frame(socket, frame);
    expect_ok(socket, in, peer_properties);
    begin(frame, handshake);
    put32(frame, 2);
    send_frame(socket, frame);
    expect_ok(socket, in, handshake);
    begin(frame, authenticate);
    put32(frame, 3);
    put_text(frame, "PLAIN");
    put32(frame, sizeof credentials - 1);
    put(frame, credentials, sizeof credentials - 1);
    send_frame(socket, frame);
    expect_ok(socket, in, authenticate);
    size_t size, used = 0;
    while (get16(next_frame(socket, in, &size, &used)) != tune) {}
    inbox_drop(in, used);
    begin(frame, tune);
    put32(frame, frame_max);
    put32(frame, 0);  // no heartbeats
    send_frame(socket, frame);
    begin(frame, open_host);
    put32(frame, 4);
    put_text(frame, "/");
    send_frame(socket, frame);
    expect_ok(socket, in, open_host);
    return socket;
}

// Event `number` as an AMQP 1.0 message of one data section: 300 bytes of payload.
static void put_event(struct frame *frame, uint64_t number) {
    static const uint8_t data_section[] = {0x00, 0x53, 0x75, 0xb0};
    char payload[payload_size];
    make_payload(payload, number);
    put64(frame, number);
    put32(frame, sizeof data_section + 4 + payload_size);
    put(frame, data_section, sizeof data_section);
    put32(frame, payload_size);
    put(frame, payload, payload_size);
}

static void fill(int port, uint64_t count, struct frame *frame) {
    struct inbox in = {0};
    int socket = open_connection(port, &in, frame);
    begin(frame, delete_stream);
    put32(frame, 5);
    put_text(frame, stream_name);
    send_frame(socket, frame);
    response(socket, &in, delete_stream);
    begin(frame, create);
    put32(frame, 6);
    put_text(frame, stream_name);
    put32(frame, 0);
    send_frame(socket, frame);
    expect_ok(socket, &in, create);
    usleep(300000);  // the stream's leader is elected after the answer
    begin(frame, declare_publisher);
    put32(frame, 7);
    put8(frame, 1);
    put_text(frame, "");
    put_text(frame, stream_name);
    send_frame(socket, frame);
    expect_ok(socket, &in, declare_publisher);

    double start = now();
    uint64_t sent = 0, confirmed = 0;
    size_t size, used = 0;
    while (confirmed < count) {
        while (sent < count && sent - confirmed + events_per_frame <= events_in_flight_max) {
            uint64_t some = count - sent < events_per_frame ? count - sent : events_per_frame;
            begin(frame, publish);
            put8(frame, 1);
            put32(frame, (uint32_t)some);
            while (some-- > 0) put_event(frame, ++sent);
            send_frame(socket, frame);
        }
        char *got = next_frame(socket, &in, &size, &used);
        if (get16(got) == confirm) confirmed += get32(got + 5);
        else if (get16(got) == publish_error) die("rabbitmq: an event was refused");
    }
    double seconds = now() - start;
    printf(
        "{\"events\": %llu, \"seconds\": %.4f, \"per_second\": %.1f}\n", (unsigned long long)count,
        seconds, (double)count / seconds);
}

// A chunk: 48 bytes of header, then the events, each with its length before it.
static uint64_t visit_chunk(const char *chunk, size_t size, uint64_t *next, uint64_t *sum) {
    uint32_t events = get32(chunk + 4);
    uint64_t position = get64(chunk + 24);
    const char *at = chunk + chunk_header, *end = chunk + size;
    if (position != *next) die("rabbitmq: chunk %llu", (unsigned long long)position);
    for (uint32_t i = 0; i < events; i++, position++) {
        uint32_t length = get32(at);
        at += 4;
        if (length & 0x80000000u || at + length > end) die("rabbitmq: an entry of another kind");
        if (length != payload_size + 8) die("rabbitmq: an event of %u bytes", length);
        *sum += position + (unsigned char)at[8] + (unsigned char)at[8 + payload_size / 2];
        at += length;
    }
    *next = position;
    return events;
}

static void replay(int port, uint64_t count, struct frame *frame) {
    struct inbox in = {0};
    int socket = open_connection(port, &in, frame);
    double start = now();
    begin(frame, subscribe);
    put32(frame, 8);
    put8(frame, 1);
    put_text(frame, stream_name);
    put16(frame, 1);  // from the first chunk
    put16(frame, credits);
    put32(frame, 0);
    send_frame(socket, frame);
    uint64_t read = 0, chunks = 0, next = 0, sum = 0;
    size_t at = 0;
    while (read < count) {
        while (in.count < at + 4 || in.count < at + 4 + (size_t)get32(in.bytes + at)) {
            inbox_drop(&in, at);
            at = 0;
            inbox_fill(&in, socket);
        }
        size_t size = get32(in.bytes + at);
        char *got = in.bytes + at + 4;
        at += 4 + size;
        if (get16(got) == (response_bit | subscribe) && get16(got + 8) != ok)
            die("rabbitmq: subscribe: code %d", get16(got + 8));
        if (get16(got) != deliver) continue;
        read += visit_chunk(got + 5, size - 5, &next, &sum);
        chunks++;
        begin(frame, credit);
        put8(frame, 1);
        put16(frame, 1);
        send_frame(socket, frame);
    }
    double seconds = now() - start;
    printf(
        "{\"events\": %llu, \"seconds\": %.4f, \"per_second\": %.1f, \"events_per_chunk\": %.1f, "
        "\"checksum\": %llu}\n",
        (unsigned long long)read, seconds, (double)read / seconds, (double)read / (double)chunks,
        (unsigned long long)sum);
}

int main(int argc, char **argv) {
    static struct frame frame;
    if (argc < 2) die("usage: rabbitmq fill|replay --port P --events N");
    int port = (int)number_option(argc, argv, "port", 0);
    uint64_t count = (uint64_t)number_option(argc, argv, "events", 1e6);
    if (strcmp(argv[1], "fill") == 0) fill(port, count, &frame);
    else if (strcmp(argv[1], "replay") == 0) replay(port, count, &frame);
    else die("rabbitmq: no such work: %s", argv[1]);
    return 0;
}
