// PostgreSQL through libpq, with binary parameters and results.
//
// postgres setup  --server CONNINFO --schema FILE
// postgres append --server CONNINFO --connections N --batch N --seconds S
//                 a prepared call of append_event, or a transaction of N of them in pipeline mode
// postgres fill   --server CONNINFO --events N     with COPY
// postgres replay --server CONNINFO --with pages   1,000 by position in each query
// postgres replay --server CONNINFO --with copy    one COPY in the order of positions
// postgres size   --server CONNINFO                bytes of the table with all its indexes
#include <arpa/inet.h>
#include <endian.h>
#include <libpq-fe.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <unistd.h>

#include "common.h"

static const char *server;
static uint32_t connections, streams, *versions;
static uint64_t random_state = 5, made;

static PGconn *open_connection(void) {
    PGconn *connection = PQconnectdb(server);
    if (PQstatus(connection) != CONNECTION_OK) die("postgres: %s", PQerrorMessage(connection));
    return connection;
}

static void check(PGconn *connection, PGresult *result) {
    ExecStatusType status = PQresultStatus(result);
    if (status != PGRES_TUPLES_OK && status != PGRES_COMMAND_OK && status != PGRES_PIPELINE_SYNC)
        die("postgres: %s: %s", PQresStatus(status), PQerrorMessage(connection));
    PQclear(result);
}

static void setup(const char *path) {
    static char text[1 << 16];
    FILE *file = fopen(path, "r");
    if (!file || fread(text, 1, sizeof text - 1, file) == 0) die("%s cannot be read", path);
    fclose(file);
    PGconn *connection = open_connection();
    check(connection, PQexec(connection, text));
    PQfinish(connection);
    puts("{\"setup\": true}");
}

struct lane {
    PGconn *connection;
    double sent;
    int answers;  // that are missing
};

static void send_call(PGconn *connection, int lane) {
    // A connection has streams of its own, so that it knows their versions.
    uint32_t own = (streams - (uint32_t)lane + connections - 1) / connections;
    uint32_t stream = (uint32_t)lane + connections * (uint32_t)(next_random(&random_state) % own);
    char name[stream_name_max], payload[payload_size];
    int name_size = make_stream_name(name, stream);
    uint64_t expected = htobe64(versions[stream]++);
    uint32_t type = htonl(event_type);
    make_payload(payload, ++made);
    const char *values[] = {name, (char *)&expected, (char *)&type, payload};
    const int sizes[] = {name_size, 8, 4, payload_size}, binary[] = {1, 1, 1, 1};
    if (!PQsendQueryPrepared(connection, "append", 4, values, sizes, binary, 1))
        die("postgres: %s", PQerrorMessage(connection));
}

static void send_batch(struct lane *lane, int number, int batch) {
    lane->sent = now();
    lane->answers = batch;
    for (int i = 0; i < batch; i++) send_call(lane->connection, number);
    if (batch > 1 && !PQpipelineSync(lane->connection))
        die("postgres: %s", PQerrorMessage(lane->connection));
    if (PQflush(lane->connection) < 0) die("postgres: %s", PQerrorMessage(lane->connection));
}

// Takes the results that are there; true when the batch, and its commit, are answered.
static int batch_ended(struct lane *lane, int batch) {
    PGconn *connection = lane->connection;
    if (!PQconsumeInput(connection)) die("postgres: %s", PQerrorMessage(connection));
    while (!PQisBusy(connection)) {
        PGresult *result = PQgetResult(connection);
        if (!result) {
            // The end of one query's results; in a pipeline those of the next one follow.
            if (batch == 1) return lane->answers == 0;
            continue;
        }
        int synchronised = PQresultStatus(result) == PGRES_PIPELINE_SYNC;
        check(connection, result);
        if (synchronised) return lane->answers == 0;
        lane->answers--;
    }
    return 0;
}

static void append(int batch, double seconds) {
    static struct latencies latencies;
    static const Oid types[] = {25, 20, 23, 17};  // text, bigint, integer, bytea
    struct lane *lanes = calloc(connections, sizeof *lanes);
    int poll = epoll_create1(0);
    versions = calloc(streams, sizeof *versions);
    for (uint32_t i = 0; i < connections; i++) {
        PGconn *connection = lanes[i].connection = open_connection();
        if (i == 0) check(connection, PQexec(connection, "TRUNCATE events RESTART IDENTITY"));
        check(connection,
              PQprepare(connection, "append", "SELECT append_event($1, $2, $3, $4)", 4, types));
        if (batch > 1) PQenterPipelineMode(connection);
        PQsetnonblocking(connection, 1);
        struct epoll_event event = {.events = EPOLLIN, .data.u32 = i};
        epoll_ctl(poll, EPOLL_CTL_ADD, PQsocket(connection), &event);
    }
    double start = now(), last = start;
    uint64_t count = 0;
    uint32_t busy = connections;
    for (uint32_t i = 0; i < connections; i++) send_batch(&lanes[i], (int)i, batch);
    while (busy > 0) {
        struct epoll_event events[64];
        int ready = epoll_wait(poll, events, 64, 10000);
        if (ready <= 0) die("postgres: no answer for ten seconds");
        for (int e = 0; e < ready; e++) {
            struct lane *lane = &lanes[events[e].data.u32];
            if (!batch_ended(lane, batch)) continue;
            last = now();
            latencies_add(&latencies, last - lane->sent);
            count += (uint64_t)batch;
            if (last - start < seconds) send_batch(lane, (int)events[e].data.u32, batch);
            else busy--;
        }
    }
    for (uint32_t i = 0; i < connections; i++) PQfinish(lanes[i].connection);
    print_outcome(&(struct outcome){
        .operations = count,
        .seconds = last - start,
        .p50_us = latencies_percentile(&latencies, 0.5),
        .p99_us = latencies_percentile(&latencies, 0.99),
    });
}

// --- COPY BINARY: a header of 19 bytes, then rows of (count, size, bytes, …), then a count of -1

static char *put(char *at, const void *bytes, uint32_t size) {
    uint32_t head = htonl(size);
    memcpy(at, &head, 4);
    memcpy(at + 4, bytes, size);
    return at + 4 + size;
}

static void fill(uint64_t count) {
    static const char header[19] = "PGCOPY\n\377\r\n\0";
    PGconn *connection = open_connection();
    check(connection, PQexec(connection, "TRUNCATE events RESTART IDENTITY"));
    PQclear(PQexec(connection, "COPY events (stream, version, type, payload) FROM STDIN BINARY"));
    double start = now();
    PQputCopyData(connection, header, sizeof header);
    for (uint64_t i = 0; i < count; i++) {
        char row[512], name[stream_name_max], payload[payload_size], *at = row;
        int name_size = make_stream_name(name, scattered_stream(i, streams));
        uint64_t version = htobe64(i / streams + 1);
        uint32_t type = htonl(event_type);
        uint16_t fields = htons(4);
        make_payload(payload, i + 1);
        memcpy(at, &fields, 2);
        at = put(at + 2, name, (uint32_t)name_size);
        at = put(at, &version, 8);
        at = put(at, &type, 4);
        at = put(at, payload, payload_size);
        if (PQputCopyData(connection, row, (int)(at - row)) != 1)
            die("postgres: %s", PQerrorMessage(connection));
    }
    PQputCopyData(connection, "\377\377", 2);
    PQputCopyEnd(connection, NULL);
    check(connection, PQgetResult(connection));
    while (PQgetResult(connection)) {}
    double seconds = now() - start;
    check(connection, PQexec(connection, "VACUUM ANALYZE events"));
    check(connection, PQexec(connection, "CHECKPOINT"));
    PQfinish(connection);
    printf("{\"events\": %llu, \"seconds\": %.4f}\n", (unsigned long long)count, seconds);
}

static uint32_t get32(const char *at) {
    uint32_t value;
    memcpy(&value, at, 4);
    return ntohl(value);
}

static void print_replay(uint64_t count, double seconds, uint64_t sum) {
    printf(
        "{\"events\": %llu, \"seconds\": %.4f, \"per_second\": %.1f, \"checksum\": %llu}\n",
        (unsigned long long)count, seconds, (double)count / seconds, (unsigned long long)sum);
}

static void replay_pages(void) {
    static const Oid types[] = {20};
    PGconn *connection = open_connection();
    check(connection, PQprepare(
        connection, "page",
        "SELECT position, stream, version, type, payload FROM events WHERE position > $1"
        " ORDER BY position LIMIT 1000", 1, types));
    uint64_t count = 0, sum = 0, last = 0;
    double start = now();
    for (;;) {
        const char *values[] = {(char *)&last};
        const int sizes[] = {8}, binary[] = {1};
        PGresult *page = PQexecPrepared(connection, "page", 1, values, sizes, binary, 1);
        int rows = PQntuples(page);
        for (int i = 0; i < rows; i++) {
            const unsigned char *payload = (const unsigned char *)PQgetvalue(page, i, 4);
            if (PQgetlength(page, i, 4) != payload_size) die("postgres: a payload of another size");
            memcpy(&last, PQgetvalue(page, i, 0), 8);
            sum += be64toh(last) + get32(PQgetvalue(page, i, 3)) + payload[0] +
                   payload[payload_size / 2];
        }
        count += (uint64_t)rows;
        check(connection, page);
        if (rows == 0) break;
    }
    double seconds = now() - start;
    PQfinish(connection);
    print_replay(count, seconds, sum);
}

static void replay_copy(void) {
    PGconn *connection = open_connection();
    uint64_t count = 0, sum = 0, last = 0;
    char *row;
    int size;
    double start = now();
    PQclear(PQexec(
        connection,
        "COPY (SELECT position, stream, version, type, payload FROM events ORDER BY position)"
        " TO STDOUT BINARY"));
    while ((size = PQgetCopyData(connection, &row, 0)) > 0) {
        const char *at = row + (count == 0 && memcmp(row, "PGCOPY\n", 7) == 0 ? 19 : 0);
        if (size >= at - row + 2 && !(at[0] == -1 && at[1] == -1)) {
            uint64_t position;
            memcpy(&position, at + 6, 8);
            position = be64toh(position);
            if (position <= last) die("postgres: positions go backwards");
            last = position;
            at += 14;
            at += 4 + get32(at);  // stream
            at += 4 + get32(at);  // version
            uint32_t type = get32(at + 4);
            at += 8;
            if (get32(at) != payload_size) die("postgres: a payload of %u bytes", get32(at));
            sum += position + type + (unsigned char)at[4] + (unsigned char)at[4 + payload_size / 2];
            count++;
        }
        PQfreemem(row);
    }
    if (size == -2) die("postgres: %s", PQerrorMessage(connection));
    double seconds = now() - start;
    PQfinish(connection);
    print_replay(count, seconds, sum);
}

static void print_size(void) {
    PGconn *connection = open_connection();
    PGresult *result = PQexec(
        connection,
        "SELECT pg_total_relation_size('events'), pg_relation_size('events'),"
        " (SELECT count(*) FROM events)");
    if (PQresultStatus(result) != PGRES_TUPLES_OK) die("postgres: %s", PQerrorMessage(connection));
    printf(
        "{\"bytes\": %s, \"table_bytes\": %s, \"events\": %s}\n", PQgetvalue(result, 0, 0),
        PQgetvalue(result, 0, 1), PQgetvalue(result, 0, 2));
    PQclear(result);
    PQfinish(connection);
}

int main(int argc, char **argv) {
    if (argc < 2) die("usage: postgres setup|append|fill|replay|size --server CONNINFO");
    server = option(argc, argv, "server", NULL);
    streams = (uint32_t)number_option(argc, argv, "streams", 10000);
    connections = (uint32_t)number_option(argc, argv, "connections", 64);
    if (connections < 1 || connections > streams) die("1 to %u connections", streams);
    if (strcmp(argv[1], "setup") == 0) setup(option(argc, argv, "schema", NULL));
    else if (strcmp(argv[1], "append") == 0)
        append((int)number_option(argc, argv, "batch", 1), number_option(argc, argv, "seconds", 3));
    else if (strcmp(argv[1], "fill") == 0)
        fill((uint64_t)number_option(argc, argv, "events", 1e6));
    else if (strcmp(argv[1], "replay") == 0) {
        if (strcmp(option(argc, argv, "with", "pages"), "copy") == 0) replay_copy();
        else replay_pages();
    }
    else if (strcmp(argv[1], "size") == 0) print_size();
    else die("postgres: no such work: %s", argv[1]);
    return 0;
}
