// TCP on the loopback: connections, exact reads and writes, and the closed loop that drives every
// peer's server the same way: each connection keeps a number of requests in flight.
#ifndef BENCH_NETWORK_H
#define BENCH_NETWORK_H

#include <stddef.h>
#include <stdint.h>

#include "common.h"

int connect_to(int port);
void write_all(int socket, const void *bytes, size_t count);
void read_all(int socket, void *bytes, size_t count);

// Bytes that came over a connection and are not consumed yet.
struct inbox {
    char *bytes;
    size_t count, capacity;
};
// Reads once, waiting at most ten seconds; dies when the peer is silent or gone.
void inbox_fill(struct inbox *inbox, int socket);
// Forgets the first `count` bytes.
void inbox_drop(struct inbox *inbox, size_t count);

enum { request_max = 1024 };  // bytes of one request of a closed loop

// How a peer speaks. Replies come in the order of the requests.
struct protocol {
    // Writes the connection's next request into `out` and returns its length.
    size_t (*request)(int connection, char *out);
    // Consumes complete replies: returns how many bytes they are and adds their number to `done`.
    size_t (*replies)(int connection, char *bytes, size_t count, unsigned *done);
};

struct load {
    int connections;
    int in_flight;        // requests per connection
    double seconds;       // how long new requests are sent,
    uint64_t operations;  // or how many in all, when not 0
};

struct outcome run_load(const struct load *load, const int *sockets, const struct protocol *speak);

#endif
