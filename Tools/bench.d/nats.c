// NATS JetStream: a stream with a subject per event stream; its sequence is the one order of all.
//
// nats append --port P --connections N --in-flight N [--seconds S | --events N]
//             into a fresh stream, each with Nats-Expected-Last-Subject-Sequence
// nats replay --port P                             everything, over one ordered push consumer
// nats fanout --port P --subscribers N --seconds S  live, each with a push consumer of its own
#define _GNU_SOURCE
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <unistd.h>

#include "common.h"
#include "network.h"

static uint32_t connections, streams;
static uint64_t *sequences;      // of the last event of each stream
static uint64_t *turns, made;    // events that each connection has sent
enum {
    stride = 7919,         // a prime: the turns go through all streams, never in order
    control_inbox = 9999,  // the inbox of a connection that only asks the API
};

// --- the protocol's text ------------------------------------------------------------------------

struct message {
    char *subject, *reply, *body;  // not terminated
    size_t subject_size, reply_size, body_size;
};

// Parses one protocol line with its body; returns the bytes it takes, 0 when it is not complete.
// Lines that are no message leave `subject` NULL.
static size_t parse(int socket, char *bytes, size_t count, struct message *message) {
    char *end = memchr(bytes, '\n', count);
    message->subject = NULL;
    if (!end) return 0;
    size_t line = (size_t)(end - bytes) + 1;
    if (memcmp(bytes, "-ERR", 4) == 0) die("nats: %.*s", (int)line, bytes);
    if (memcmp(bytes, "PING", 4) == 0) write_all(socket, "PONG\r\n", 6);
    int headed = bytes[0] == 'H';
    if (memcmp(bytes + headed, "MSG ", 4) != 0) return line;
    // MSG subject sid [reply] size, HMSG subject sid [reply] head-size size
    char *words[6];
    size_t sizes[6];
    int found = 0;
    for (char *at = bytes + headed + 4; at < end && found < 6; found++) {
        words[found] = at;
        while (at < end && *at != ' ' && *at != '\r') at++;
        sizes[found] = (size_t)(at - words[found]);
        at++;
    }
    size_t size = strtoul(words[found - 1], NULL, 10);
    size_t head = headed ? strtoul(words[found - 2], NULL, 10) : 0;
    if (line + size + 2 > count) return 0;
    message->subject = words[0];
    message->subject_size = sizes[0];
    message->reply = found - headed == 4 ? words[2] : NULL;
    message->reply_size = message->reply ? sizes[2] : 0;
    message->body = bytes + line + head;
    message->body_size = size - head;
    return line + size + 2;
}

// Connects, subscribes to the subjects _I<inbox>.* (answers) and _D<inbox> (deliveries; a consumer
// only notices an interest in its very subject), and waits until the server has done all that.
static int greet(int port, int inbox) {
    char line[512];
    int socket = connect_to(port);
    int size = snprintf(
        line, sizeof line,
        "CONNECT {\"verbose\":false,\"pedantic\":false,\"headers\":true,\"no_responders\":true,"
        "\"lang\":\"c\",\"version\":\"1\"}\r\nSUB _I%d.* 1\r\nSUB _D%d 2\r\nPING\r\n",
        inbox, inbox);
    write_all(socket, line, (size_t)size);
    char last[7] = "";
    while (strcmp(last, "PONG\r\n") != 0) {
        memmove(last, last + 1, 5);
        read_all(socket, last + 5, 1);
    }
    return socket;
}

// One request to the JetStream API; dies on an error, passes the answer's text to `answer`.
static void ask(int socket, int inbox, const char *subject, const char *body, char *answer,
                size_t answer_max, int may_fail) {
    struct inbox in = {0};
    struct message message = {0};
    char line[1024];
    int size = snprintf(
        line, sizeof line, "PUB $JS.API.%s _I%d.api %zu\r\n%s\r\n", subject, inbox, strlen(body),
        body);
    write_all(socket, line, (size_t)size);
    for (;;) {
        size_t used = parse(socket, in.bytes, in.count, &message);
        if (used == 0) {
            inbox_fill(&in, socket);
            continue;
        }
        if (message.subject) break;
        inbox_drop(&in, used);
    }
    snprintf(answer, answer_max, "%.*s", (int)message.body_size, message.body);
    if (!may_fail && strstr(answer, "\"error\"")) die("nats: %s: %s", subject, answer);
    free(in.bytes);
}

static uint64_t number_after(const char *text, const char *name) {
    const char *at = strstr(text, name);
    return at ? strtoull(at + strlen(name), NULL, 10) : 0;
}

static void make_stream(int control) {
    char answer[4096];
    ask(control, control_inbox, "STREAM.DELETE.EVENTS", "", answer, sizeof answer, 1);
    ask(control, control_inbox, "STREAM.CREATE.EVENTS",
        "{\"name\":\"EVENTS\",\"subjects\":[\"ev.*\"],\"storage\":\"file\","
        "\"retention\":\"limits\",\"num_replicas\":1}",
        answer, sizeof answer, 0);
}

// --- appending ----------------------------------------------------------------------------------

static size_t request(int connection, char *out) {
    // The streams of a connection take turns, so that none has two events on the way.
    uint32_t own = (streams - (uint32_t)connection + connections - 1) / connections;
    uint32_t stream =
        (uint32_t)connection + connections * (uint32_t)(turns[connection]++ * stride % own);
    char head[128], payload[payload_size];
    int head_size = sprintf(
        head, "NATS/1.0\r\nNats-Expected-Last-Subject-Sequence: %llu\r\n\r\n",
        (unsigned long long)sequences[stream]);
    make_payload(payload, ++made);
    int size = sprintf(
        out, "HPUB ev.%u _I%d.%u %d %d\r\n%s", stream, connection, stream, head_size,
        head_size + payload_size, head);
    memcpy(out + size, payload, payload_size);
    memcpy(out + size + payload_size, "\r\n", 2);
    return (size_t)size + payload_size + 2;
}

static int *append_sockets;

static size_t replies(int connection, char *bytes, size_t count, unsigned *done) {
    size_t at = 0, used;
    struct message message;
    while ((used = parse(append_sockets[connection], bytes + at, count - at, &message)) > 0) {
        if (message.subject) {
            char answer[512];
            snprintf(answer, sizeof answer, "%.*s", (int)message.body_size, message.body);
            uint64_t sequence = number_after(answer, "\"seq\":");
            if (sequence == 0 || strstr(answer, "\"error\"")) die("nats: %s", answer);
            char *point = memchr(message.subject, '.', message.subject_size);
            sequences[strtoul(point + 1, NULL, 10)] = sequence;
            ++*done;
        }
        at += used;
    }
    return at;
}

static void append(int argc, char **argv, int port) {
    struct load load = {
        .connections = (int)number_option(argc, argv, "connections", 64),
        .in_flight = (int)number_option(argc, argv, "in-flight", 1),
        .seconds = number_option(argc, argv, "seconds", 3),
        .operations = (uint64_t)number_option(argc, argv, "events", 0),
    };
    connections = (uint32_t)load.connections;
    if (connections * (uint32_t)load.in_flight > streams / 2) die("too many events in flight");
    make_stream(greet(port, control_inbox));
    int *sockets = calloc(connections, sizeof *sockets);
    sequences = calloc(streams, sizeof *sequences);
    turns = calloc(connections, sizeof *turns);
    for (int i = 0; i < load.connections; i++) sockets[i] = greet(port, i);
    append_sockets = sockets;
    struct outcome outcome = run_load(&load, sockets, &(struct protocol){request, replies});
    print_outcome(&outcome);
}

// --- reading ------------------------------------------------------------------------------------

// Makes the consumer over a connection other than the reader's: events may come before the answer.
static void make_consumer(int control, int reader, const char *start) {
    char body[512], answer[4096];
    snprintf(
        body, sizeof body,
        "{\"stream_name\":\"EVENTS\",\"config\":{\"deliver_subject\":\"_D%d\","
        "\"deliver_policy\":\"%s\",\"ack_policy\":\"none\",\"replay_policy\":\"instant\","
        "\"max_deliver\":1,\"mem_storage\":true,\"flow_control\":true,"
        "\"idle_heartbeat\":5000000000}}", reader, start);
    ask(control, control_inbox, "CONSUMER.CREATE.EVENTS", body, answer, sizeof answer, 0);
}

// A delivered event's position is a word of its reply subject:
// $JS.ACK.stream.consumer.delivered.STREAM-SEQUENCE.consumer-sequence.time.pending
static uint64_t position_of(const struct message *message) {
    const char *at = message->reply, *end = at + message->reply_size;
    for (int points = 0; at < end && points < 5; at++) points += *at == '.';
    return strtoull(at, NULL, 10);
}

struct reader {
    int socket;
    struct inbox in;
    uint64_t events, last, sum;
};

// Visits what is there; answers the server's flow control; dies when an event is missing.
static void visit_all(struct reader *reader) {
    size_t at = 0, used;
    struct message message;
    while ((used = parse(reader->socket, reader->in.bytes + at, reader->in.count - at, &message))) {
        at += used;
        if (!message.subject) continue;
        if (message.body_size != payload_size) {
            if (message.reply) {
                char line[256];
                int size = snprintf(
                    line, sizeof line, "PUB %.*s 0\r\n\r\n", (int)message.reply_size,
                    message.reply);
                write_all(reader->socket, line, (size_t)size);
            }
            continue;
        }
        uint64_t position = position_of(&message);
        if (reader->last && position != reader->last + 1)
            die("nats: event %llu follows %llu", (unsigned long long)position,
                (unsigned long long)reader->last);
        reader->last = position;
        reader->sum += (unsigned char)message.body[0] +
                       (unsigned char)message.body[payload_size / 2];
        reader->events++;
    }
    inbox_drop(&reader->in, at);
}

static void replay(int port) {
    char answer[4096];
    int control = greet(port, control_inbox);
    struct reader reader = {.socket = greet(port, 1)};
    ask(control, control_inbox, "STREAM.INFO.EVENTS", "", answer, sizeof answer, 0);
    uint64_t all = number_after(answer, "\"messages\":");
    double start = now();
    make_consumer(control, 1, "all");
    while (reader.events < all) {
        inbox_fill(&reader.in, reader.socket);
        visit_all(&reader);
    }
    double seconds = now() - start;
    printf(
        "{\"events\": %llu, \"seconds\": %.4f, \"per_second\": %.1f, \"checksum\": %llu}\n",
        (unsigned long long)all, seconds, (double)all / seconds, (unsigned long long)reader.sum);
}

// Publishes with a window while the subscribers read, all in one loop.
static void fanout(int port, int subscribers, double length, uint64_t window) {
    struct reader *readers = calloc((size_t)subscribers, sizeof *readers);
    char *out = malloc(window * request_max);
    int poll = epoll_create1(0), publisher = greet(port, 0), control = greet(port, control_inbox);
    struct inbox answers = {0};
    struct epoll_event event = {.events = EPOLLIN, .data.u32 = 0}, events[64];
    connections = 1;
    sequences = calloc(streams, sizeof *sequences);
    turns = calloc(1, sizeof *turns);
    append_sockets = &publisher;
    make_stream(control);
    epoll_ctl(poll, EPOLL_CTL_ADD, publisher, &event);
    for (int i = 0; i < subscribers; i++) {
        readers[i].socket = greet(port, i + 1);
        make_consumer(control, i + 1, "new");
        event.data.u32 = (uint32_t)i + 1;
        epoll_ctl(poll, EPOLL_CTL_ADD, readers[i].socket, &event);
    }
    double start = now(), last = start;
    uint64_t sent = 0, answered = 0, delivered = 0;
    for (int ended = 0; !ended;) {
        size_t size = 0;
        for (; now() - start < length && sent - answered < window; sent++)
            size += request(0, out + size);
        write_all(publisher, out, size);
        int count = epoll_wait(poll, events, 64, 10000);
        if (count <= 0) die("nats: events are lost");
        for (int i = 0; i < count; i++) {
            uint32_t which = events[i].data.u32;
            unsigned done = 0;
            if (which == 0) {
                inbox_fill(&answers, publisher);
                inbox_drop(&answers, replies(0, answers.bytes, answers.count, &done));
                answered += done;
                continue;
            }
            struct reader *reader = &readers[which - 1];
            uint64_t before = reader->events;
            inbox_fill(&reader->in, reader->socket);
            visit_all(reader);
            delivered += reader->events - before;
        }
        last = now();
        ended = last - start >= length && answered == sent &&
                delivered == sent * (uint64_t)subscribers;
    }
    double seconds = last - start;
    printf(
        "{\"events\": %llu, \"delivered\": %llu, \"seconds\": %.4f, \"per_second\": %.1f}\n",
        (unsigned long long)sent, (unsigned long long)delivered, seconds,
        (double)delivered / seconds);
}

int main(int argc, char **argv) {
    if (argc < 2) die("usage: nats append|replay|fanout --port P");
    int port = (int)number_option(argc, argv, "port", 0);
    streams = (uint32_t)number_option(argc, argv, "streams", 10000);
    if (strcmp(argv[1], "append") == 0) append(argc, argv, port);
    else if (strcmp(argv[1], "replay") == 0) replay(port);
    else if (strcmp(argv[1], "fanout") == 0)
        fanout(port, (int)number_option(argc, argv, "subscribers", 16),
               number_option(argc, argv, "seconds", 3), 256);
    else die("nats: no such work: %s", argv[1]);
    return 0;
}
