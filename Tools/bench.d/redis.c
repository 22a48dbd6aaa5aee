// Redis Streams: every event goes into one stream, which gives the one order of all.
//
// redis append --port P --connections N --in-flight N [--seconds S | --events N] [--versioned 1]
//
// With --versioned a Lua script in the server checks the expected version of the event's own
// stream (a hash holds the versions) and appends in one step.
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common.h"
#include "network.h"

static const char script[] =
    "if (redis.call('HGET', KEYS[2], ARGV[1]) or '0') ~= ARGV[2] then"
    " return redis.error_reply('WRONGVERSION ' .. ARGV[1]) end"
    " local version = redis.call('HINCRBY', KEYS[2], ARGV[1], 1)"
    " return redis.call('XADD', KEYS[1], '*',"
    " 's', ARGV[1], 'v', version, 't', ARGV[3], 'd', ARGV[4])";

static int versioned;
static char script_name[48];
static uint32_t connections, streams, *versions;
static uint64_t random_state = 5, made;

static size_t put_argument(char *out, const char *bytes, int size) {
    int head = sprintf(out, "$%d\r\n", size);
    memcpy(out + head, bytes, (size_t)size);
    memcpy(out + head + size, "\r\n", 2);
    return (size_t)(head + size) + 2;
}

static size_t put_word(char *out, const char *word) {
    return put_argument(out, word, (int)strlen(word));
}

static size_t put_number(char *out, uint32_t number) {
    char digits[16];
    return put_argument(out, digits, sprintf(digits, "%u", number));
}

static size_t request(int connection, char *out) {
    // A connection has streams of its own, so it knows their versions while calls are on the way.
    uint32_t own = (streams - (uint32_t)connection + connections - 1) / connections;
    uint32_t stream = (uint32_t)connection +
                      connections * (uint32_t)(next_random(&random_state) % own);
    char name[stream_name_max], payload[payload_size];
    int length = make_stream_name(name, stream);
    make_payload(payload, ++made);
    uint32_t version = versions[stream]++;
    size_t at;
    if (versioned) {
        at = (size_t)sprintf(out, "*9\r\n");
        at += put_word(out + at, "EVALSHA");
        at += put_word(out + at, script_name);
        at += put_word(out + at, "2");
        at += put_word(out + at, "events");
        at += put_word(out + at, "versions");
        at += put_argument(out + at, name, length);
        at += put_number(out + at, version);
        at += put_number(out + at, event_type);
    } else {
        at = (size_t)sprintf(out, "*11\r\n");
        at += put_word(out + at, "XADD");
        at += put_word(out + at, "events");
        at += put_word(out + at, "*");
        at += put_word(out + at, "s");
        at += put_argument(out + at, name, length);
        at += put_word(out + at, "v");
        at += put_number(out + at, version + 1);
        at += put_word(out + at, "t");
        at += put_number(out + at, event_type);
        at += put_word(out + at, "d");
    }
    return at + put_argument(out + at, payload, payload_size);
}

// Each answer is a bulk string: the entry's identity.
static size_t replies(int connection, char *bytes, size_t count, unsigned *done) {
    (void)connection;
    size_t at = 0;
    while (at < count) {
        char *end = memchr(bytes + at, '\n', count - at);
        if (!end) break;
        if (bytes[at] != '$') die("redis: %.*s", (int)(end - bytes - (long)at), bytes + at);
        size_t next = (size_t)(end - bytes) + 1 + strtoul(bytes + at + 1, NULL, 10) + 2;
        if (next > count) break;
        at = next;
        ++*done;
    }
    return at;
}

// Sends one command in words and returns the first line of its answer.
static void command(int socket, char *answer, size_t size, int count, const char *const *words) {
    char *out = malloc(4096);
    size_t at = (size_t)sprintf(out, "*%d\r\n", count), got = 0;
    for (int i = 0; i < count; i++) at += put_word(out + at, words[i]);
    write_all(socket, out, at);
    free(out);
    do {
        if (got + 1 >= size) die("redis: a long answer");
        read_all(socket, answer + got, 1);
    } while (answer[got++] != '\n');
    answer[got] = 0;
    if (answer[0] == '-') die("redis: %s", answer);
}

int main(int argc, char **argv) {
    static int sockets[1024];
    char answer[256];
    struct load load = {
        .connections = (int)number_option(argc, argv, "connections", 64),
        .in_flight = (int)number_option(argc, argv, "in-flight", 1),
        .seconds = number_option(argc, argv, "seconds", 3),
        .operations = (uint64_t)number_option(argc, argv, "events", 0),
    };
    int port = (int)number_option(argc, argv, "port", 0);
    streams = (uint32_t)number_option(argc, argv, "streams", 10000);
    versioned = number_option(argc, argv, "versioned", 0) > 0;
    connections = (uint32_t)load.connections;
    if (connections < 1 || connections > 1024 || connections > streams)
        die("1 to 1024 connections");
    versions = calloc(streams, sizeof *versions);

    int control = connect_to(port);
    command(control, answer, sizeof answer, 1, (const char *[]){"FLUSHALL"});
    command(control, answer, sizeof answer, 3, (const char *[]){"SCRIPT", "LOAD", script});
    read_all(control, script_name, 40);
    read_all(control, answer, 2);
    for (int i = 0; i < load.connections; i++) sockets[i] = connect_to(port);
    struct outcome outcome = run_load(&load, sockets, &(struct protocol){request, replies});

    command(control, answer, sizeof answer, 2, (const char *[]){"XLEN", "events"});
    if (strtoull(answer + 1, NULL, 10) != outcome.operations)
        die("redis holds %s of %llu events", answer, (unsigned long long)outcome.operations);
    // The next run, and other peers, shall not find the memory full.
    command(control, answer, sizeof answer, 1, (const char *[]){"FLUSHALL"});
    print_outcome(&outcome);
    return 0;
}
