// SQLite in the process of its user: write-ahead log, a table, a unique index on (stream, version).
//
// sqlite fill    --dir DIR --events N       in transactions of 1,000
// sqlite streams --dir DIR --seconds S      all events of one random stream after another
#include <sqlite3.h>
#include <stdio.h>
#include <string.h>

#include "common.h"

static sqlite3 *database;

static void check(int code) {
    if (code != SQLITE_OK && code != SQLITE_DONE && code != SQLITE_ROW)
        die("sqlite: %s", sqlite3_errmsg(database));
}

static void execute(const char *statement) {
    check(sqlite3_exec(database, statement, NULL, NULL, NULL));
}

static sqlite3_stmt *prepare(const char *text) {
    sqlite3_stmt *statement;
    check(sqlite3_prepare_v2(database, text, -1, &statement, NULL));
    return statement;
}

static void fill(uint64_t count, uint32_t streams) {
    execute(
        "CREATE TABLE events (position INTEGER PRIMARY KEY, stream TEXT NOT NULL,"
        " version INTEGER NOT NULL, type INTEGER NOT NULL, payload BLOB NOT NULL)");
    sqlite3_stmt *insert =
        prepare("INSERT INTO events (stream, version, type, payload) VALUES (?, ?, ?, ?)");
    double start = now();
    for (uint64_t i = 0; i < count; i++) {
        char name[stream_name_max], payload[payload_size];
        int length = make_stream_name(name, scattered_stream(i, streams));
        make_payload(payload, i + 1);
        if (i % 1000 == 0) execute(i == 0 ? "BEGIN" : "COMMIT; BEGIN");
        check(sqlite3_bind_text(insert, 1, name, length, SQLITE_STATIC));
        check(sqlite3_bind_int64(insert, 2, (sqlite3_int64)(i / streams) + 1));
        check(sqlite3_bind_int(insert, 3, event_type));
        check(sqlite3_bind_blob(insert, 4, payload, payload_size, SQLITE_STATIC));
        check(sqlite3_step(insert));
        check(sqlite3_reset(insert));
    }
    if (count > 0) execute("COMMIT");
    sqlite3_finalize(insert);
    // Last, which is many times faster and leaves a denser index than filling it event by event.
    execute("CREATE UNIQUE INDEX streams ON events (stream, version)");
    execute("PRAGMA wal_checkpoint(TRUNCATE)");
    double seconds = now() - start;
    printf("{\"events\": %llu, \"seconds\": %.4f}\n", (unsigned long long)count, seconds);
}

static void read_streams(double seconds, uint32_t streams) {
    sqlite3_stmt *query = prepare(
        "SELECT position, version, type, payload FROM events WHERE stream = ? ORDER BY version");
    uint64_t count = 0, read = 0, sum = 0, random = 11;
    double start = now(), last = start;
    for (; last - start < seconds; last = now(), read++) {
        char name[stream_name_max];
        int length = make_stream_name(name, (uint32_t)(next_random(&random) % streams));
        check(sqlite3_bind_text(query, 1, name, length, SQLITE_STATIC));
        for (; sqlite3_step(query) == SQLITE_ROW; count++) {
            const unsigned char *payload = sqlite3_column_blob(query, 3);
            int size = sqlite3_column_bytes(query, 3);
            if (size != payload_size) die("sqlite: a payload of %d bytes", size);
            sum += (uint64_t)sqlite3_column_int(query, 2) + payload[0] + payload[size / 2];
        }
        check(sqlite3_reset(query));
    }
    sqlite3_finalize(query);
    printf(
        "{\"streams\": %llu, \"seconds\": %.4f, \"per_second\": %.1f, \"events_per_stream\": %.1f, "
        "\"checksum\": %llu}\n",
        (unsigned long long)read, last - start, (double)read / (last - start),
        (double)count / (double)read, (unsigned long long)sum);
}

int main(int argc, char **argv) {
    if (argc < 2) die("usage: sqlite fill|streams --dir DIR");
    char path[4096];
    snprintf(path, sizeof path, "%s/events.db", option(argc, argv, "dir", NULL));
    uint32_t streams = (uint32_t)number_option(argc, argv, "streams", 10000);
    check(sqlite3_open(path, &database));
    execute("PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL");
    // Everything that a stream read may touch fits: 256 MiB of pages, and the rest is mapped.
    execute("PRAGMA cache_size = -262144; PRAGMA mmap_size = 4294967296");
    if (strcmp(argv[1], "fill") == 0)
        fill((uint64_t)number_option(argc, argv, "events", 1e6), streams);
    else if (strcmp(argv[1], "streams") == 0)
        read_streams(number_option(argc, argv, "seconds", 3), streams);
    else die("sqlite: no such work: %s", argv[1]);
    sqlite3_close(database);
    return 0;
}
