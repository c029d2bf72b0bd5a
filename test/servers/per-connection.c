/*
 * A TLS server that gives each connection a thread or a process of its own, as many small servers do.
 *
 * usage: per-connection PORT CERTIFICATE KEY thread|late|fork|fork-ignored|reuse-port
 *
 * `late` gives a thread to each connection, and a ticket with its first answer only. `fork` waits
 * for its children; `fork-ignored` ignores SIGCHLD, so that the kernel drops them. `reuse-port` has
 * processes with a listening socket each on one port (SO_REUSEPORT). A socket that was handed over
 * as sd_listen_fds(3) says is taken instead of one of its own.
 *
 * On SIGTERM it prints the CPU time in µs that the kernel has accounted to it and to the children
 * that it has waited for, and how many of its handshakes were resumed, those of other processes not
 * counted.
 */
#include <arpa/inet.h>
#include <openssl/ssl.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#define LISTENERS 3
#define FIRST_HANDED 3

static const char ANSWER[] = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";

static SSL_CTX *context;
static int is_late;
static atomic_long handshakes, resumed;

static void answer(SSL *ssl)
{
    char request[4096];
    if (SSL_read(ssl, request, sizeof request) <= 0 || !is_late)
        return;
    SSL_new_session_ticket(ssl);
    SSL_write(ssl, ANSWER, sizeof ANSWER - 1);
    SSL_read(ssl, request, sizeof request);
}

static void *serve(void *argument)
{
    int connection = (int)(long)argument;
    SSL *ssl = SSL_new(context);
    SSL_set_fd(ssl, connection);
    if (is_late)
        SSL_set_num_tickets(ssl, 0);
    if (SSL_accept(ssl) == 1) {
        handshakes += 1;
        resumed += SSL_session_reused(ssl);
        answer(ssl);
    }
    SSL_free(ssl);
    close(connection);
    return NULL;
}

static void in_thread(int connection)
{
    pthread_t thread;
    if (pthread_create(&thread, NULL, serve, (void *)(long)connection) == 0)
        pthread_detach(thread);
}

static void in_process(int listener, int connection)
{
    if (fork() == 0) {
        close(listener);
        signal(SIGTERM, SIG_DFL);
        serve((void *)(long)connection);
        _exit(0);
    }
    close(connection);
}

static void wait_for_children(int signal)
{
    (void)signal;
    while (waitpid(-1, NULL, WNOHANG) > 0)
        ;
}

static long used_us(int who)
{
    struct rusage usage;
    getrusage(who, &usage);
    return (usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) * 1000000L + usage.ru_utime.tv_usec + usage.ru_stime.tv_usec;
}

static pid_t child[LISTENERS];
static int children;

static void report(int signal)
{
    (void)signal;
    for (int i = 0; i < children; i++) {
        kill(child[i], SIGKILL);
        waitpid(child[i], NULL, 0);
    }
    printf("used %ld\n", used_us(RUSAGE_SELF) + used_us(RUSAGE_CHILDREN));
    printf("resumed %ld of %ld\n", resumed, handshakes);
    fflush(stdout);
    _exit(0);
}

static int listen_on(int port, int is_shared)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    int listener = socket(AF_INET, SOCK_STREAM, 0), on = 1;
    setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    if (is_shared) setsockopt(listener, SOL_SOCKET, SO_REUSEPORT, &on, sizeof on);
    if (bind(listener, (struct sockaddr *)&address, sizeof address) != 0 || listen(listener, 512) != 0) {
        perror("listen");
        exit(1);
    }
    return listener;
}

static void serve_connections(int listener, const char *manner)
{
    for (;;) {
        int connection = accept(listener, NULL, NULL);
        if (connection < 0)
            continue;
        if (strncmp(manner, "fork", 4) == 0)
            in_process(listener, connection);
        else if (strcmp(manner, "reuse-port") == 0)
            serve((void *)(long)connection);
        else
            in_thread(connection);
    }
}

/* The parent never listens: what belongs together is known by the port alone. */
static void share_port(int port)
{
    for (; children < LISTENERS; children++) {
        child[children] = fork();
        if (child[children] != 0)
            continue;
        signal(SIGTERM, SIG_DFL);
        serve_connections(listen_on(port, 1), "reuse-port");
    }
    for (;;)
        pause();
}

int main(int count, char **arguments)
{
    if (count != 5)
        return 2;
    const char *manner = arguments[4];
    int port = atoi(arguments[1]);
    signal(SIGPIPE, SIG_IGN);
    signal(SIGTERM, report);
    if (strcmp(manner, "fork") == 0)
        signal(SIGCHLD, wait_for_children);
    if (strcmp(manner, "fork-ignored") == 0)
        signal(SIGCHLD, SIG_IGN);
    is_late = strcmp(manner, "late") == 0;
    context = SSL_CTX_new(TLS_server_method());
    SSL_CTX_use_certificate_chain_file(context, arguments[2]);
    SSL_CTX_use_PrivateKey_file(context, arguments[3], SSL_FILETYPE_PEM);
    if (strcmp(manner, "reuse-port") == 0)
        share_port(port);
    serve_connections(getenv("LISTEN_FDS") != NULL ? FIRST_HANDED : listen_on(port, 0), manner);
}
