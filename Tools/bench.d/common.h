// What every C program of Tools/bench shares: the work (300-byte events in 10,000 streams), time,
// latencies, options. Each program prints one JSON object on one line.
#ifndef BENCH_COMMON_H
#define BENCH_COMMON_H

#include <stddef.h>
#include <stdint.h>

enum {
    payload_size = 300,       // bytes of an event's payload
    event_type = 505,         // the number that stands for the event's type everywhere
    stream_name_max = 32,     // bytes of a stream's name with its NUL
};

// Prints the message to standard error and exits with 1.
__attribute__((noreturn, format(printf, 1, 2))) void die(const char *format, ...);

// Seconds of the monotonic clock.
double now(void);

// The next value of a small pseudo-random generator (splitmix64); `state` may start anywhere.
uint64_t next_random(uint64_t *state);

// Writes exactly `payload_size` bytes that differ with `number`: ids, then Chinese text.
void make_payload(char *out, uint64_t number);

// The name of a stream, for example "activity-bench-00042"; returns its length.
int make_stream_name(char *out, uint32_t stream);

// The stream of the `number`-th event of a fill: every stream once in each pass over all of them,
// in another order each time, so that its events lie scattered. The event's version is
// 1 + number / streams.
uint32_t scattered_stream(uint64_t number, uint32_t streams);

// Looks up `--name value`; the number is checked to be one.
const char *option(int argc, char **argv, const char *name, const char *fallback);
double number_option(int argc, char **argv, const char *name, double fallback);

// Latencies in microseconds, kept in buckets 1/64 of their value wide.
struct latencies {
    uint64_t count;
    uint64_t buckets[64 * 40];
};
void latencies_add(struct latencies *all, double seconds);
double latencies_percentile(const struct latencies *all, double part);

// What a load of single operations came to, as one JSON object.
struct outcome {
    uint64_t operations;
    double seconds;
    double p50_us, p99_us;
};
void print_outcome(const struct outcome *outcome);

#endif
