#include "network.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "common.h"

enum { silence_ms_max = 30000 };

int connect_to(int port) {
    struct sockaddr_in address = {
        .sin_family = AF_INET,
        .sin_port = htons((uint16_t)port),
        .sin_addr.s_addr = htonl(INADDR_LOOPBACK),
    };
    int yes = 1;
    int handle = socket(AF_INET, SOCK_STREAM, 0);
    if (handle < 0 || connect(handle, (struct sockaddr *)&address, sizeof address))
        die("connecting to port %d: %s", port, strerror(errno));
    setsockopt(handle, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
    return handle;
}

void write_all(int handle, const void *bytes, size_t count) {
    for (const char *rest = bytes; count > 0;) {
        ssize_t written = write(handle, rest, count);
        if (written <= 0) die("writing: %s", strerror(errno));
        rest += written;
        count -= (size_t)written;
    }
}

void read_all(int handle, void *bytes, size_t count) {
    for (char *rest = bytes; count > 0;) {
        ssize_t got = read(handle, rest, count);
        if (got <= 0) die("reading: %s", got == 0 ? "the peer has closed" : strerror(errno));
        rest += got;
        count -= (size_t)got;
    }
}

void inbox_fill(struct inbox *inbox, int handle) {
    struct pollfd wait = {.fd = handle, .events = POLLIN};
    if (inbox->capacity - inbox->count < 1 << 16) {
        inbox->capacity = inbox->capacity ? inbox->capacity * 2 : 1 << 18;
        inbox->bytes = realloc(inbox->bytes, inbox->capacity);
        if (!inbox->bytes) die("out of memory");
    }
    ssize_t got = recv(
        handle, inbox->bytes + inbox->count, inbox->capacity - inbox->count, MSG_DONTWAIT);
    if (got < 0 && errno == EAGAIN) {
        if (poll(&wait, 1, silence_ms_max) <= 0) die("no answer for %d ms", silence_ms_max);
        got = read(handle, inbox->bytes + inbox->count, inbox->capacity - inbox->count);
    }
    if (got <= 0) die("reading: %s", got == 0 ? "the peer has closed" : strerror(errno));
    inbox->count += (size_t)got;
}

void inbox_drop(struct inbox *inbox, size_t count) {
    inbox->count -= count;
    memmove(inbox->bytes, inbox->bytes + count, inbox->count);
}

struct lane {
    struct inbox inbox;
    double *sent;                // when each request in flight left, a ring
    uint64_t requests, answers;
};

// Sends as many requests as there is room for, in one write.
static uint64_t send_requests(
    const struct load *load, const struct protocol *speak, int connection, int handle,
    struct lane *lane, uint64_t most, char *out) {
    size_t length = 0;
    double time = now();
    uint64_t count = 0;
    while (lane->requests - lane->answers < (uint64_t)load->in_flight && count < most) {
        length += speak->request(connection, out + length);
        lane->sent[lane->requests++ % (uint64_t)load->in_flight] = time;
        count++;
    }
    write_all(handle, out, length);
    return count;
}

struct outcome run_load(const struct load *load, const int *sockets, const struct protocol *speak) {
    static struct latencies latencies;
    memset(&latencies, 0, sizeof latencies);
    struct lane *lanes = calloc((size_t)load->connections, sizeof *lanes);
    char *out = malloc((size_t)load->in_flight * request_max);
    int poll_handle = epoll_create1(0);
    if (!lanes || !out || poll_handle < 0) die("out of memory");

    double start = now(), last = start;
    uint64_t limit = load->operations ? load->operations : UINT64_MAX, started = 0, ended = 0;
    for (int i = 0; i < load->connections; i++) {
        struct epoll_event event = {.events = EPOLLIN, .data.u32 = (uint32_t)i};
        epoll_ctl(poll_handle, EPOLL_CTL_ADD, sockets[i], &event);
        lanes[i].sent = calloc((size_t)load->in_flight, sizeof(double));
        if (!lanes[i].sent) die("out of memory");
        started += send_requests(load, speak, i, sockets[i], &lanes[i], limit - started, out);
    }
    while (ended < started) {
        struct epoll_event events[256];
        int count = epoll_wait(poll_handle, events, 256, silence_ms_max);
        if (count == 0) die("no answer for %d ms", silence_ms_max);
        for (int e = 0; e < count; e++) {
            int i = (int)events[e].data.u32;
            struct lane *lane = &lanes[i];
            inbox_fill(&lane->inbox, sockets[i]);
            unsigned done = 0;
            size_t used = speak->replies(i, lane->inbox.bytes, lane->inbox.count, &done);
            inbox_drop(&lane->inbox, used);
            if (done == 0) continue;
            last = now();
            for (; done > 0; done--, ended++)
                latencies_add(
                    &latencies, last - lane->sent[lane->answers++ % (uint64_t)load->in_flight]);
            if (load->operations || last - start < load->seconds)
                started += send_requests(load, speak, i, sockets[i], lane, limit - started, out);
        }
    }
    for (int i = 0; i < load->connections; i++) {
        free(lanes[i].sent);
        free(lanes[i].inbox.bytes);
    }
    free(lanes);
    free(out);
    close(poll_handle);
    return (struct outcome){
        .operations = ended,
        .seconds = last - start,
        .p50_us = latencies_percentile(&latencies, 0.5),
        .p99_us = latencies_percentile(&latencies, 0.99),
    };
}
