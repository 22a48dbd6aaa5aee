// Raw LMDB, as it comes: events under their position, an index from (stream, version) to it.
//
// lmdb commits --dir DIR --seconds S        one event and one flush a commit, without the index
// lmdb fill    --dir DIR --events N         with the index, flushed once at the end
// lmdb scan    --dir DIR                    every event of a fill in order
// lmdb streams --dir DIR --seconds S        all events of one random stream after another
#include <arpa/inet.h>
#include <lmdb.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "common.h"

static MDB_env *environment;
static MDB_dbi events, by_stream;

struct event {
    uint32_t stream, version, type, reserved;
    char payload[payload_size];
};

struct place {  // big endian, so that the index is in the order of versions
    uint32_t stream, version;
};

static void check(int code, const char *what) {
    if (code) die("%s: %s", what, mdb_strerror(code));
}

static void open_directory(const char *directory, unsigned flags) {
    MDB_txn *transaction;
    mkdir(directory, 0755);
    check(mdb_env_create(&environment), "mdb_env_create");
    check(mdb_env_set_maxdbs(environment, 4), "mdb_env_set_maxdbs");
    check(mdb_env_set_mapsize(environment, (size_t)64 << 30), "mdb_env_set_mapsize");
    check(mdb_env_open(environment, directory, flags, 0644), "mdb_env_open");
    check(mdb_txn_begin(environment, NULL, 0, &transaction), "mdb_txn_begin");
    check(mdb_dbi_open(transaction, "events", MDB_CREATE | MDB_INTEGERKEY, &events), "events");
    check(mdb_dbi_open(transaction, "streams", MDB_CREATE, &by_stream), "streams");
    check(mdb_txn_commit(transaction), "mdb_txn_commit");
}

static void append(MDB_txn *transaction, uint64_t position, uint32_t stream, uint32_t version,
                   int indexed) {
    struct event event = {.stream = stream, .version = version, .type = event_type};
    make_payload(event.payload, position);
    MDB_val key = {sizeof position, &position}, value = {sizeof event, &event};
    check(mdb_put(transaction, events, &key, &value, MDB_APPEND), "mdb_put");
    if (!indexed) return;
    struct place place = {htonl(stream), htonl(version)};
    MDB_val index_key = {sizeof place, &place}, index_value = {sizeof position, &position};
    check(mdb_put(transaction, by_stream, &index_key, &index_value, MDB_NOOVERWRITE), "mdb_put");
}

static void commits(double seconds, uint32_t streams) {
    static struct latencies latencies;
    double start = now(), last = start;
    uint64_t position = 0;
    do {
        MDB_txn *transaction;
        check(mdb_txn_begin(environment, NULL, 0, &transaction), "mdb_txn_begin");
        uint32_t stream = scattered_stream(position, streams);
        append(transaction, position + 1, stream, (uint32_t)(position / streams) + 1, 0);
        check(mdb_txn_commit(transaction), "mdb_txn_commit");
        double time = now();
        latencies_add(&latencies, time - last);
        last = time;
        position++;
    } while (last - start < seconds);
    print_outcome(&(struct outcome){
        .operations = position,
        .seconds = last - start,
        .p50_us = latencies_percentile(&latencies, 0.5),
        .p99_us = latencies_percentile(&latencies, 0.99),
    });
}

static void fill(uint64_t count, uint32_t streams) {
    double start = now();
    MDB_txn *transaction = NULL;
    for (uint64_t i = 0; i < count; i++) {
        if (i % 1024 == 0) {
            if (transaction) check(mdb_txn_commit(transaction), "mdb_txn_commit");
            check(mdb_txn_begin(environment, NULL, 0, &transaction), "mdb_txn_begin");
        }
        append(transaction, i + 1, scattered_stream(i, streams), (uint32_t)(i / streams) + 1, 1);
    }
    if (transaction) check(mdb_txn_commit(transaction), "mdb_txn_commit");
    check(mdb_env_sync(environment, 1), "mdb_env_sync");
    double seconds = now() - start;
    printf("{\"events\": %llu, \"seconds\": %.4f}\n", (unsigned long long)count, seconds);
}

static uint64_t visit(const MDB_val *value) {
    const struct event *event = value->mv_data;
    return event->type + (unsigned char)event->payload[0] +
           (unsigned char)event->payload[payload_size / 2];
}

static void scan(void) {
    MDB_txn *transaction;
    MDB_cursor *cursor;
    MDB_val key, value;
    check(mdb_txn_begin(environment, NULL, MDB_RDONLY, &transaction), "mdb_txn_begin");
    check(mdb_cursor_open(transaction, events, &cursor), "mdb_cursor_open");
    uint64_t count = 0, sum = 0;
    double start = now();
    while (mdb_cursor_get(cursor, &key, &value, MDB_NEXT) == 0) {
        sum += visit(&value);
        count++;
    }
    double seconds = now() - start;
    mdb_cursor_close(cursor);
    mdb_txn_abort(transaction);
    printf(
        "{\"events\": %llu, \"seconds\": %.4f, \"per_second\": %.1f, \"checksum\": %llu}\n",
        (unsigned long long)count, seconds, (double)count / seconds, (unsigned long long)sum);
}

static void read_streams(double seconds, uint32_t streams) {
    MDB_txn *transaction;
    MDB_cursor *cursor;
    check(mdb_txn_begin(environment, NULL, MDB_RDONLY, &transaction), "mdb_txn_begin");
    check(mdb_cursor_open(transaction, by_stream, &cursor), "mdb_cursor_open");
    uint64_t count = 0, read = 0, sum = 0, random = 11;
    double start = now(), last = start;
    for (; last - start < seconds; last = now(), read++) {
        struct place place = {htonl((uint32_t)(next_random(&random) % streams)), 0};
        uint32_t stream = place.stream;
        MDB_val key = {sizeof place, &place}, position, value;
        int code = mdb_cursor_get(cursor, &key, &position, MDB_SET_RANGE);
        for (; code == 0; code = mdb_cursor_get(cursor, &key, &position, MDB_NEXT)) {
            memcpy(&place, key.mv_data, sizeof place);
            if (place.stream != stream) break;
            check(mdb_get(transaction, events, &position, &value), "mdb_get");
            sum += visit(&value);
            count++;
        }
    }
    mdb_cursor_close(cursor);
    mdb_txn_abort(transaction);
    printf(
        "{\"streams\": %llu, \"seconds\": %.4f, \"per_second\": %.1f, \"events_per_stream\": %.1f, "
        "\"checksum\": %llu}\n",
        (unsigned long long)read, last - start, (double)read / (last - start),
        (double)count / (double)read, (unsigned long long)sum);
}

int main(int argc, char **argv) {
    if (argc < 2) die("usage: lmdb commits|fill|scan|streams --dir DIR");
    const char *directory = option(argc, argv, "dir", NULL);
    uint32_t streams = (uint32_t)number_option(argc, argv, "streams", 10000);
    double seconds = number_option(argc, argv, "seconds", 3);
    open_directory(directory, strcmp(argv[1], "fill") == 0 ? MDB_NOSYNC : 0);
    if (strcmp(argv[1], "commits") == 0) commits(seconds, streams);
    else if (strcmp(argv[1], "fill") == 0)
        fill((uint64_t)number_option(argc, argv, "events", 1e6), streams);
    else if (strcmp(argv[1], "scan") == 0) scan();
    else if (strcmp(argv[1], "streams") == 0) read_streams(seconds, streams);
    else die("lmdb: no such work: %s", argv[1]);
    mdb_env_close(environment);
    return 0;
}
