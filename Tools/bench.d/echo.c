// What a question and its answer cost at least: an epoll server of one thread that sends back what
// it gets, and the closed loop, in two processes.
//
// echo --connections N --in-flight N --seconds S
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "common.h"
#include "network.h"

enum { message_size = 100 };  // bytes of a small point query, and of its answer

static int listen_somewhere(int *port) {
    struct sockaddr_in address = {
        .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t size = sizeof address;
    int handle = socket(AF_INET, SOCK_STREAM, 0);
    if (handle < 0 || bind(handle, (struct sockaddr *)&address, size) || listen(handle, 512) ||
        getsockname(handle, (struct sockaddr *)&address, &size))
        die("listening: %s", strerror(errno));
    *port = ntohs(address.sin_port);
    return handle;
}

__attribute__((noreturn)) static void serve(int listener) {
    static char bytes[1 << 16];
    int yes = 1;
    int handle = epoll_create1(0);
    struct epoll_event event = {.events = EPOLLIN, .data.fd = listener}, events[256];
    epoll_ctl(handle, EPOLL_CTL_ADD, listener, &event);
    for (;;) {
        int count = epoll_wait(handle, events, 256, -1);
        for (int i = 0; i < count; i++) {
            int ready = events[i].data.fd;
            if (ready == listener) {
                event.data.fd = accept(listener, NULL, NULL);
                setsockopt(event.data.fd, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
                epoll_ctl(handle, EPOLL_CTL_ADD, event.data.fd, &event);
                continue;
            }
            ssize_t got = read(ready, bytes, sizeof bytes);
            if (got <= 0) close(ready);
            else write_all(ready, bytes, (size_t)got);
        }
    }
}

static size_t request(int connection, char *out) {
    (void)connection;
    memset(out, 'p', message_size);
    return message_size;
}

static size_t replies(int connection, char *bytes, size_t count, unsigned *done) {
    (void)connection;
    for (size_t at = 0; at < count; at += message_size)
        if (bytes[at] != 'p') die("the echo is not what was said");
    *done += (unsigned)(count / message_size);
    return count / message_size * message_size;
}

int main(int argc, char **argv) {
    static int sockets[1024];
    struct load load = {
        .connections = (int)number_option(argc, argv, "connections", 64),
        .in_flight = (int)number_option(argc, argv, "in-flight", 1),
        .seconds = number_option(argc, argv, "seconds", 3),
    };
    if (load.connections < 1 || load.connections > 1024) die("1 to 1024 connections");
    int port, listener = listen_somewhere(&port);
    pid_t parent = getpid(), server = fork();
    if (server == 0) {
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        if (getppid() != parent) _exit(1);
        serve(listener);
    }
    close(listener);
    for (int i = 0; i < load.connections; i++) sockets[i] = connect_to(port);
    struct outcome outcome = run_load(&load, sockets, &(struct protocol){request, replies});
    kill(server, SIGKILL);
    waitpid(server, NULL, 0);
    print_outcome(&outcome);
    return 0;
}
