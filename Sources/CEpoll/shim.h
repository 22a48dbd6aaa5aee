#pragma once
// Linux's calls for waiting on many sockets: epoll(7), eventfd(2), timerfd_create(2), which
// Swift's Glibc module leaves out. They are declared here and under names of their own because the
// system's headers bring types along that would then no longer be Glibc's for Swift.

struct linux_epoll_event {
    unsigned int events;
    unsigned long long data;
#if defined(__x86_64__)
} __attribute__((__packed__));
#else
};
#endif

struct linux_timer_setting {
    long interval_seconds;
    long interval_nanoseconds;
    long seconds;
    long nanoseconds;
};

int linux_epoll_create(int flags) __asm__("epoll_create1");
int linux_epoll_ctl(int epoll, int operation, int descriptor, struct linux_epoll_event *event)
    __asm__("epoll_ctl");
int linux_epoll_wait(int epoll, struct linux_epoll_event *events, int count, int milliseconds)
    __asm__("epoll_wait");
int linux_eventfd(unsigned int count, int flags) __asm__("eventfd");
int linux_timerfd_create(int clock, int flags) __asm__("timerfd_create");
int linux_timerfd_settime(
    int timer, int flags, const struct linux_timer_setting *setting,
    struct linux_timer_setting *before) __asm__("timerfd_settime");
