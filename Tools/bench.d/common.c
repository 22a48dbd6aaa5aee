#include "common.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

void die(const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    vfprintf(stderr, format, arguments);
    va_end(arguments);
    fputc('\n', stderr);
    exit(1);
}

double now(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec + (double)time.tv_nsec * 1e-9;
}

uint64_t next_random(uint64_t *state) {
    uint64_t value = *state += 0x9e3779b97f4a7c15u;
    value = (value ^ value >> 30) * 0xbf58476d1ce4e5b9u;
    value = (value ^ value >> 27) * 0x94d049bb133111ebu;
    return value ^ value >> 31;
}

void make_payload(char *out, uint64_t number) {
    static const char *const words[] = {
        "义诊", "导诊", "宣讲", "巡查", "陪护", "登记", "测量血压", "社区", "党员", "群众",
        "老人", "儿童", "上门", "服务", "维持秩序", "发放资料", "健康咨询", "物资搬运",
        "心理疏导", "翻译", "摄影", "后勤", "夜间", "周末", "支部", "联合", "街道", "学校",
        "车站", "广场", "疫苗接种点", "门诊大厅",
    };
    uint64_t state = number * 0x2545f4914f6cdd1du + 7;
    uint64_t ids = next_random(&state);
    char text[payload_size + 64];
    int length = snprintf(
        text, sizeof text, "person-bench-%04u branch-bench-%u minutes-%u %08x ",
        (unsigned)(ids % 400), (unsigned)(ids >> 16) % 8, (unsigned)(ids >> 24) % 480,
        (unsigned)(ids >> 32));
    while (length < payload_size) {
        uint64_t random = next_random(&state);
        for (int i = 0; i < 12 && length < payload_size; i++, random >>= 5) {
            const char *word = words[random & 31];
            size_t size = strlen(word);
            memcpy(text + length, word, size);
            length += (int)size;
        }
    }
    memcpy(out, text, payload_size);
}

int make_stream_name(char *out, uint32_t stream) {
    return snprintf(out, stream_name_max, "activity-bench-%05u", stream);
}

uint32_t scattered_stream(uint64_t number, uint32_t streams) {
    // Primes that divide no power of ten, so that each stride visits every stream.
    static const uint32_t strides[] = {7919, 6007, 104729, 3571, 15485863, 27449, 48611, 9973};
    uint64_t pass = number / streams;
    uint64_t place = number % streams;
    return (uint32_t)((place * strides[pass % 8] + pass * 4243) % streams);
}

const char *option(int argc, char **argv, const char *name, const char *fallback) {
    for (int i = 1; i + 1 < argc; i++)
        if (strncmp(argv[i], "--", 2) == 0 && strcmp(argv[i] + 2, name) == 0) return argv[i + 1];
    if (!fallback) die("%s: --%s is missing", argv[0], name);
    return fallback;
}

double number_option(int argc, char **argv, const char *name, double fallback) {
    const char *text = option(argc, argv, name, "");
    if (!*text) return fallback;
    char *end;
    double number = strtod(text, &end);
    if (*end || number < 0) die("%s: --%s wants a number, not %s", argv[0], name, text);
    return number;
}

void latencies_add(struct latencies *all, double seconds) {
    uint64_t nanoseconds = (uint64_t)(seconds * 1e9) + 64;
    int exponent = 57 - __builtin_clzll(nanoseconds);  // 0 for 64…127
    if (exponent > 39) exponent = 39;
    uint64_t place = nanoseconds >> exponent & 63;
    all->buckets[exponent * 64 + (int)place]++;
    all->count++;
}

double latencies_percentile(const struct latencies *all, double part) {
    uint64_t wanted = (uint64_t)(part * (double)all->count), seen = 0;
    for (int i = 0; i < 64 * 40; i++) {
        seen += all->buckets[i];
        if (seen > wanted) return ((double)((uint64_t)(64 + i % 64) << i / 64) - 64) * 1e-3;
    }
    return 0;
}

void print_outcome(const struct outcome *outcome) {
    printf(
        "{\"operations\": %llu, \"seconds\": %.4f, \"per_second\": %.1f, \"p50_us\": %.1f, "
        "\"p99_us\": %.1f}\n",
        (unsigned long long)outcome->operations, outcome->seconds,
        (double)outcome->operations / outcome->seconds, outcome->p50_us, outcome->p99_us);
}
